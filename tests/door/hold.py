"""Starts the servers and one gunicorn with workers, says so, and watches, as `run` does.

A program for the door's tests: the supervisor without Django in it.
"""

import socket
import sys

from impna.door.children import Recipe, stoppable
from impna.door.instance import servers_up, var
from impna.door.place import Lock, open_place
from impna.door.told import plain
from impna.door.trouble import StopRequested, Trouble

place = open_place(var())
lock = Lock(place)
lock.take()
with stoppable():
    try:
        with servers_up(place, lock, scan=False) as instance, socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            command = [sys.executable, "-m", "gunicorn", "--workers", "2", "--no-control-socket"]
            command += ["--bind", f"fd://{listener.fileno()}", "wsgiref.simple_server:demo_app"]
            keep = (listener.fileno(),)
            instance.supervisor.start(Recipe("web", command, plain(), place.var, keep_open=keep))
            instance.facts("demo", 8000, 8001).save(place.facts)
            print("held", flush=True)
            instance.supervisor.watch()
    except StopRequested:
        print("stopped", flush=True)
    except Trouble as trouble:
        sys.exit(str(trouble))
