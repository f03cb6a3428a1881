"""What benchmarks of running processes share: an installation, and a process that listens and sends."""
