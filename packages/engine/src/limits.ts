// Limits: the engine's own bounds, kept where an operator or a reader finds them in one place.
import { usPerDay, usPerSecond } from '@openstrike/domain';

/** Open orders that one account may have, triggers included. */
export const openOrdersMax = 10_000;

/** Subaccounts of one main account. Source: Deribit. */
export const subaccountsMax = 20;

/** A position and its open orders on one side are at most so many times the largest order. */
export const positionOrdersMax = 100;

/** An iceberg shows at least so many times the smallest order. Source: Deribit. */
export const displayMinimumFactor = 100;

/** An iceberg hides less than so many times what it shows. Source: Deribit. */
export const hiddenPerDisplayMax = 100;

/** Client keys that an account's retries are known by: so many, and for so long. */
export const clientKeysMax = 10_000;
export const clientKeyAgeUs: number = usPerDay;

/**
 * Trading of what settles pauses from 08:00:00 for so long, so that the print of that second is in.
 */
export const settlementPauseUs: number = usPerSecond;

/** A delivered contract can still be asked about for so long. */
export const deliveredAgeUs: number = usPerDay;

/** Size in USD whose average price on each side gives a perpetual's fair price. */
export const impactUsd = 100_000;
