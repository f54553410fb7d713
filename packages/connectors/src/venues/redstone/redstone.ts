// RedStone: signed packages from a gateway, asked for again and again. Source:
// docs.redstone.finance.
import { fieldsOf } from '../../core/fields.ts';
import type { PollPlan, VenueDefinition } from '../../core/venue-definition.ts';
import { verifyRedstonePackages } from '../../signed/redstone-package.ts';
import { ReportDesk } from '../../signed/report-desk.ts';
import { ReportError } from '../../signed/report-error.ts';
import { redstoneMarket, redstonePackages } from './redstone-messages.ts';

/** Nodes sign a new package every ten seconds. */
const everyMs = 3_000;

export const redstone: VenueDefinition = {
  source: 'redstone',
  addresses: { rest: 'https://oracle-gateway-1.a.redstone.finance' },
  symbols: ['BTC', 'ETH', 'USDC', 'USDT'],
  symbolForm: 'BTC',
  hasChains: false,
  signed: {
    // The signers of the service redstone-primary-prod; recorded packages of October 2026 verify by
    // them.
    signers: {
      addresses: [
        '0x8bb8f32df04c8b654987daaed53d6b6091e3b774',
        '0xdeb22f54738d54976c4c0fe5ce6d408e40d88499',
        '0x51ce04be4b3e32572c4ec9135221d0691ba7d202',
        '0xdd682daec5a90dd295d14da4b0bec9281017b5be',
        '0x9c5ae89c4af6aa32ce58588dbaf90d18a855b6de',
      ],
      threshold: 3,
    },
    needsCredentials: false,
  },
  parseSymbol: redstoneMarket,
  plan: ({ addresses, markets, signers }): readonly PollPlan[] => {
    const desk = new ReportDesk('redstone');
    for (const market of markets) desk.follow(market.venueSymbol, market);
    return [
      {
        kind: 'poll',
        address: addresses['rest'] as string,
        path: '/v2/data-packages/latest/redstone-primary-prod',
        everyMs,
        markets,
        settings: { staleAfterMs: 60_000 },
        read: (value, receivedUs, { tell, refused }) => {
          const answer = fieldsOf(value, 'the answer');
          for (const { venueSymbol } of markets) {
            try {
              const packages = redstonePackages(answer, venueSymbol);
              const event = desk.take(
                verifyRedstonePackages(venueSymbol, packages, signers),
                receivedUs,
              );
              if (event !== null) tell(event);
            } catch (error) {
              if (!(error instanceof ReportError)) throw error;
              refused(`${venueSymbol}: ${error.message}`);
            }
          }
        },
      },
    ];
  },
};
