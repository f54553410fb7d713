// Machine time: milliseconds of the machine's monotonic clock, which all its processes share, so
// that what two of them saw can be put in one order.

/** For now and then; `machineMs` costs less. */
const clockMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const originMs = clockMs() - performance.now();

export const machineMs = (): number => originMs + performance.now();
