from machine import Pin
pin = Pin(2, Pin.OUT, value=0)
caught = []
def risky(n):
    if n % 3 == 0:
        raise ValueError(n)
    return {"a": 1}["b" if n % 3 == 1 else "a"]
for n in range(12):
    try:
        risky(n)
    except ValueError as error:
        caught.append(error.args[0])
        pin.on()
    except KeyError:
        pin.off()
    finally:
        caught.append("f")
print(len(caught))
