// Market parts: what every kind of market is made of, and what the exchange asks of it.
import type { CommandPort, ContractTable, EventPort, QueryPort, TsUs } from '@openstrike/domain';
import type { Feeds } from '@openstrike/feeds';
import type { OracleReport, Recording } from '@openstrike/oracle';
import type { Logger } from 'pino';
import type { MarketDriver } from './market-driver.ts';
import type { ExchangeOptions } from './options.ts';
import type { PacedClock } from './paced-clock.ts';

/** A recording and the span of it that is lived through. */
export interface Replay {
  readonly recording: Recording;
  readonly startUs: TsUs;
  readonly endUs: TsUs;
  /** Called with the report when the replay is over. */
  readonly onEnd: (report: string) => void;
}

export interface Market extends MarketDriver {
  /** The makers have quoted: a replay at full speed sets off only then. */
  readonly quoted?: () => void;
  /** How its oracle fares, where it has one of its own; null while that is not known. */
  readonly oracle?: () => OracleReport | null;
}

export interface MarketParts {
  readonly options: ExchangeOptions;
  readonly tables: readonly ContractTable[];
  readonly commands: CommandPort;
  readonly queries: QueryPort;
  readonly events: EventPort;
  readonly feeds: Feeds;
  readonly clock: PacedClock;
  readonly log: Logger;
  /** What is replayed; null for any other market. */
  readonly replay: Replay | null;
}

/** Faster than this, forwards and surfaces are thinned; index values never are. */
export const everySecondSpeedMax = 10;
