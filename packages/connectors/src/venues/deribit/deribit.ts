// Deribit: options, futures and perpetuals of BTC and ETH, inverse and linear. One connection; the
// chains are listed over HTTP. Source: docs.deribit.com, API v2.
import type { VenueDefinition } from '../../core/venue-definition.ts';
import { deribitListing, deribitMarket } from './deribit-messages.ts';
import { DeribitProtocol } from './deribit-protocol.ts';

export const deribit: VenueDefinition = {
  source: 'deribit',
  addresses: {
    socket: 'wss://www.deribit.com/ws/api/v2',
    rest: 'https://www.deribit.com/api/v2',
  },
  symbols: ['BTC-PERPETUAL', 'ETH-PERPETUAL', 'BTC_USDC-PERPETUAL', 'ETH_USDC-PERPETUAL'],
  symbolForm: 'BTC-PERPETUAL, BTC-27DEC26 or BTC_USDC-27DEC26-100000-C',
  hasChains: true,
  parseSymbol: deribitMarket,
  plan: ({ addresses, markets, chains, only }) => [
    {
      name: 'socket',
      address: addresses['socket'] as string,
      restAddress: addresses['rest'] as string,
      createProtocol: (link) => new DeribitProtocol(link),
      markets,
      listMarkets:
        chains.length === 0
          ? null
          : async (rest) => {
              const listed: ReturnType<typeof deribitListing> = [];
              for (const currency of [...chains, 'USDC']) {
                const path = `/public/get_instruments?currency=${currency}&expired=false`;
                listed.push(...deribitListing(await rest.get(path)));
              }
              return listed.filter(
                (market) =>
                  market.contract.kind !== 'spot' &&
                  chains.includes(market.contract.underlying) &&
                  only(market),
              );
            },
      settings: {
        // Requests of subscription cost more than others: about three a second for a new client.
        sendRate: { burst: 3, perSecond: 3 },
        // public/get_instruments: one request in ten seconds, in bursts of up to fifty.
        restRate: { burst: 10, perSecond: 0.1 },
        // With heartbeats every ten seconds the venue is never silent for longer.
        staleAfterMs: 15_000,
      },
    },
  ],
};
