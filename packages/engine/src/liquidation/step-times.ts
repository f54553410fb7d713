// Step times: in which seconds of venue time liquidations go on. Their timer runs once a second
// while any is open; its phase within the second is that of the first one's start.
import { type LiquidationParameters, usPerSecond } from '@openstrike/domain';

/** Whether steps are taken in the second of an instant. */
export const isStepSecond = (atUs: number, { stepSeconds }: LiquidationParameters): boolean =>
  Math.floor(atUs / usPerSecond) % stepSeconds === 0;
