#!/usr/bin/python3
"""cable.py DEVICE NETWORK_NAMESPACE BRIDGE SETTINGS: a network cable in user space, for kernels without netem.

One TAP end, DEVICE, is put into BRIDGE here; the other is eth0 inside NETWORK_NAMESPACE (a file). SETTINGS is a JSON file, read again
whenever it changes: delay and jitter (milliseconds, each way), loss (percent), rate (kilobits a second, each way), cut (none, both,
in: toward the host, out: away from it). Prints "ready" when both ends are there. Ending this process takes the cable away.
"""

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TAP_NO_PI = 0x0002 | 0x1000
CLONE_NEWNET = 0x40000000
QUEUE_SECONDS = 0.5
READ_AGAIN_SECONDS = 0.05
PLAIN = {"delay": 0.0, "jitter": 0.0, "loss": 0.0, "rate": 0.0, "cut": "none"}


def tap(name):
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP_NO_PI))
    return end


def enter_network(path):
    descriptor = os.open(path, os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
    os.close(descriptor)


class Settings:
    """The settings file, looked at every 50 ms."""

    def __init__(self, path):
        self.path = path
        self.version = None
        self.next_look = 0.0
        self.values = dict(PLAIN)

    def refresh(self, now):
        if now < self.next_look:
            return
        self.next_look = now + READ_AGAIN_SECONDS
        try:
            version = os.stat(self.path).st_mtime_ns
            if version != self.version:
                with open(self.path, encoding="utf-8") as file:
                    self.values = {**PLAIN, **json.load(file)}
                self.version = version
        except FileNotFoundError:
            pass


class Direction:
    """Frames that travel one way: held back, thinned out or dropped, and kept in order."""

    def __init__(self, source, sink, cut_word):
        self.source = source
        self.sink = sink
        self.cut_word = cut_word
        self.free_at = 0.0
        self.last_due = 0.0

    def due(self, length, settings):
        """When a frame that came now leaves; None: lost."""
        now = time.monotonic()
        if settings["cut"] in ("both", self.cut_word) or random.random() * 100 < settings["loss"]:
            return None
        due = now
        if settings["rate"]:
            if self.free_at - now > QUEUE_SECONDS:
                return None
            self.free_at = due = max(now, self.free_at) + length * 8 / (settings["rate"] * 1000)
        due += settings["delay"] / 1000 + random.random() * settings["jitter"] / 1000
        self.last_due = due = max(due, self.last_due)
        return due


def send(sink, frame):
    try:
        os.write(sink, frame)
    except OSError:
        pass  # the other end is down: the frame is lost, as on a real cable


def forward(directions, settings):
    poll = select.epoll()
    for end in directions:
        poll.register(end, select.EPOLLIN)
    waiting = []
    number = 0
    while True:
        now = time.monotonic()
        settings.refresh(now)
        pause = READ_AGAIN_SECONDS if not waiting else max(0.0, min(READ_AGAIN_SECONDS, waiting[0][0] - now))
        for end, _ in poll.poll(pause):
            direction = directions[end]
            for _ in range(64):
                try:
                    frame = os.read(end, 65536)
                except BlockingIOError:
                    break
                due = direction.due(len(frame), settings.values)
                if due is None:
                    continue
                if due <= time.monotonic() and not waiting:
                    send(direction.sink, frame)
                else:
                    number += 1
                    heapq.heappush(waiting, (due, number, direction.sink, frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, sink, frame = heapq.heappop(waiting)
            send(sink, frame)


def main():
    device, namespace, bridge, settings = sys.argv[1:]
    outside = tap(device)
    subprocess.run(["ip", "link", "set", device, "master", bridge, "up"], check=True)
    home = f"/proc/{os.getpid()}/fd/{os.open('/proc/self/ns/net', os.O_RDONLY)}"
    enter_network(namespace)
    inside = tap("eth0")
    enter_network(home)
    print("ready", flush=True)
    forward(
        {outside: Direction(outside, inside, "in"), inside: Direction(inside, outside, "out")},
        Settings(settings),
    )


main()
