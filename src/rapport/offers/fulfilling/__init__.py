"""What was accepted reaches the partner: by a connector, or fetched and acknowledged by the partner's program.

One key goes with every try. What fails, or may have been done, stands on a worklist until somebody settles it.
"""
