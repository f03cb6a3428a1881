"""Feeds: what comes from a partner and goes to it, each by a contract on file.

- **Contract**: what a feed's files hold (columns, types), how often they come, which counts and checksums go with
  them. One for each programme and feed; a feed without one works, and is recorded.
- **Delivery**: one arrival or sending: its size, rows, checksum, and the verdict with its reasons.
- **Stopped**: a broken contract stops its feed. What arrives is kept and not loaded until somebody who may
  releases the feed, or accepts that one file, with a reason.

Invariants: reasons name lines and columns, never what is written there; nothing of a stopped feed is loaded.
"""
