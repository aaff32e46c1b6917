told = None
while True:
    boxes = count_boxes()
    if boxes != told and is_time(500):
        told = boxes
        print("BOXES", boxes)
