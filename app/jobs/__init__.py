"""What happens without anybody clicking: due timers, outbox deliveries. `clock` wakes, `worker` works."""
