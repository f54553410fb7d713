// Step times: how often liquidations go on.
import { usPerSecond } from '@openstrike/domain';

/** One step a second, by venue time. */
export const stepEveryUs: number = usPerSecond;
