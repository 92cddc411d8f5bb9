"""What a peer in another process and this one tell each other: lines of JSON, one answer to each request.

    {"side": 7, "begin": {"problem": {"kind": "Chain", ...}, ...}}     make a side, and call it 7
    {"side": 7, "step": true}                                          run one step, whose results may be asked for
    {"side": 7, "results": true}                                       the answer is the results of that step
    {"side": 7, "steps": n, "clock": "perf_counter"}                   run n steps; the answer is the time in seconds
    {"side": 7, "end": true}                                           forget the side

This module imports nothing of ours: the process of HIPS autograd, whose package has the name of ours, reads it too.
"""

import base64
import json
import sys
import time

import numpy


def serve(make):
    """Answer the requests of the standard input until it ends; make(begin) makes a side."""
    sides = {}
    for line in sys.stdin:
        request = json.loads(line)
        number = request["side"]
        if "begin" in request:
            sides[number] = make(request["begin"])
            answer = None
        elif "end" in request:
            del sides[number]
            answer = None
        else:
            answer = _answer(sides[number], request)
        print(json.dumps(answer), flush=True)


def _answer(side, request):
    if "step" in request:
        return side.step()
    if "results" in request:
        return {name: text_of(value) for name, value in side.results().items()}
    return side.seconds(request["steps"], getattr(time, request["clock"]))


def text_of(array):
    """An array as what JSON can hold."""
    array = numpy.asarray(array)
    return {"bytes": base64.b64encode(array.tobytes()).decode(), "dtype": array.dtype.name, "shape": array.shape}


def array_of(text):
    """The array that `text_of` wrote, which may be written to."""
    return numpy.frombuffer(base64.b64decode(text["bytes"]), text["dtype"]).reshape(text["shape"]).copy()
