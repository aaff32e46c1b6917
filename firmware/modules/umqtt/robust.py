# umqtt.simple that connects again when the connection breaks, with the interface of micropython-lib's.

import time
from . import simple

_Once = simple.MQTTClient


class MQTTClient(_Once):
    DELAY = 2
    DEBUG = False

    def delay(self, i):
        time.sleep(self.DELAY)

    def log(self, in_reconnect, e):
        if self.DEBUG:
            print("mqtt reconnect: %r" % e if in_reconnect else "mqtt: %r" % e)

    def reconnect(self):
        tries = 0
        while True:
            try:
                return _Once.connect(self, False)
            except OSError as e:
                self.log(True, e)
            tries += 1
            self.delay(tries)

    # Repeats something until it works, or so many times (below 0: without limit).
    def _insist(self, times, do, *args):
        while times:
            try:
                return do(self, *args)
            except OSError as e:
                self.log(False, e)
            self.reconnect()
            times -= 1

    def publish(self, topic, msg, retain=False, qos=0):
        return self._insist(-1, _Once.publish, topic, msg, retain, qos)

    def wait_msg(self):
        return self._insist(-1, _Once.wait_msg)

    def _look(self):
        self.sock.setblocking(False)
        return _Once.wait_msg(self)

    def check_msg(self, attempts=2):
        return self._insist(attempts, MQTTClient._look)
