"""`python -m app` and the `bailiwick` command: the entry, which must not be interrupted with a traceback."""

import signal

# What follows imports for a second or two. Ctrl-C ends that without a word, until `main` takes it over; whoever
# started us deaf to it, as `nohup` does, keeps us so.
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from app.cli.main import main  # not before

if __name__ == "__main__":
    main()
