"""What the tests of schedulers ask of a world: to send jobs that are commands, and to wait until something is true."""

from dataclasses import replace
from itertools import chain


def send(world, backend, *commands, **made):
    batch, files, jobs = world.batch(commands, **made)
    taken = chain.from_iterable(backend.submit(batch, files, jobs))
    ids = {one.index: one.id for one in taken}
    world.jobs = [replace(job, id=ids[job.index]) for job in jobs if job.index in ids]
    return world.jobs


def take(taken, backend, batch, files, jobs):
    """Note what is taken, also when an error comes then."""
    for some in backend.submit(batch, files, jobs):
        taken += some


def ended(number):
    return lambda known: sum(status.state.ended for status in known.values()) >= number


def state_is(wanted):
    return lambda known: [status.state for status in known.values()] == [wanted]


def states(backend, jobs):
    """What the next answer says, in the order of the jobs."""
    found = backend.poll(jobs).statuses
    return [found[job.id].state for job in jobs if job.id in found]
