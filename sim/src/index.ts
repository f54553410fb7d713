/** The simulator: the whole venue on one thread, from one seed, with an auditor beside it. */
export { Violation } from './auditor/violation.ts';
export { Coverage } from './coverage.ts';
export { type Plant, soundPlant } from './plant.ts';
export { commandOf, reportLines, summaryLine } from './report.ts';
export { drawOptions, type SimOptions } from './sim-options.ts';
export { type Phase, type SimReport, simulate } from './simulation.ts';
