# Given: the duty for duty_u16() that the eye takes for n/255 of full light, n = 0 to 255.
GAMMA = [round(65535 * (n / 255) ** 2.2) for n in range(256)]
