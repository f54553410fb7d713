// RedStone messages: the answer of a gateway, feed by feed the packages of its signers. Pure.
// Source: docs.redstone.finance, gateway: data packages of a service.
import { type Fields, fieldsOf, listOf, numberOf, textOf } from '../../core/fields.ts';
import type { Market } from '../../core/market.ts';
import { bytesOfBase64 } from '../../signed/byte-cursor.ts';
import { type RedstonePackage, redstoneDecimals } from '../../signed/redstone-package.ts';
import { ReportError } from '../../signed/report-error.ts';
import { spotContract } from '../spot-market.ts';

const coins = ['BTC', 'ETH', 'USDC', 'USDT'];
/** Packages of one feed that are looked at. */
const packagesMax = 32;

/** What a feed such as `BTC` stands for: its price in dollars. */
export const redstoneMarket = (venueSymbol: string): Market | null => {
  const market = coins.includes(venueSymbol) ? spotContract(`${venueSymbol}/USD`) : null;
  return market === null ? null : { ...market, venueSymbol };
};

/** A value as its signers count it, in units of 10^-8. */
const valueOf = (value: unknown): bigint => {
  const price = numberOf(value, 'value');
  if (!(price > 0 && price < 1e15)) throw new ReportError('malformed', `${price} is no price`);
  return BigInt(price.toFixed(redstoneDecimals).replace('.', ''));
};

const packageOf = (one: Fields): RedstonePackage => {
  const points = listOf(one['dataPoints'], 'dataPoints');
  if (points.length !== 1) throw new ReportError('malformed', `${points.length} points`);
  const point = fieldsOf(points[0], 'a data point');
  return {
    feed: textOf(point['dataFeedId'], 'dataFeedId'),
    value: valueOf(point['value']),
    timestampMs: numberOf(one['timestampMilliseconds'], 'timestampMilliseconds'),
    signature: bytesOfBase64(textOf(one['signature'], 'signature')),
  };
};

/** The packages of one feed in a gateway's answer; none where it says nothing of it. */
export const redstonePackages = (answer: Fields, feed: string): readonly RedstonePackage[] => {
  const found = Object.hasOwn(answer, feed) ? answer[feed] : [];
  return listOf(found, feed)
    .slice(0, packagesMax)
    .map((one) => packageOf(fieldsOf(one, 'a package')));
};
