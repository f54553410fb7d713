// The methods of the market, of trading, of accounts and of the wallet, in the groups and the
// order of the API reference. The methods of sessions and identity are in `session-methods`.

import type { Method } from '../method.ts';
import { accountMethods } from './account-methods.ts';
import { addressMethods } from './address-methods.ts';
import { blockRfqMethods, blockTradeMethods, comboMethods } from './block-methods.ts';
import { cancelMethods } from './cancel-methods.ts';
import { chartMethods } from './chart-methods.ts';
import { indexMethods } from './index-methods.ts';
import { killMethods } from './kill-methods.ts';
import { liabilityMethods } from './liability-methods.ts';
import { liquidationMethods } from './liquidation-methods.ts';
import { marginMethods } from './margin-methods.ts';

import { marketMethods } from './market-methods.ts';
import { noticeMethods } from './notice-methods.ts';
import { orderMethods } from './order-methods.ts';
import { placeMethods } from './place-methods.ts';
import { protectionMethods } from './protection-methods.ts';
import { quoteMethods } from './quote-methods.ts';
import { subaccountMethods } from './subaccount-methods.ts';
import { transactionMethods } from './transaction-methods.ts';
import { userTradeMethods } from './user-trade-methods.ts';
import { walletMethods } from './wallet-methods.ts';

/** The same methods by group, for the API reference. */
export const methodGroups: readonly {
  readonly title: string;
  readonly methods: readonly Method[];
}[] = [
  { title: 'Market data', methods: [...marketMethods, ...chartMethods, ...indexMethods] },
  {
    title: 'Trading',
    methods: [
      ...placeMethods,
      ...cancelMethods,
      ...orderMethods,
      ...userTradeMethods,
      ...quoteMethods,
      ...protectionMethods,
      ...killMethods,
    ],
  },
  { title: 'Combos', methods: comboMethods },
  { title: 'Block trades', methods: blockTradeMethods },
  { title: 'Block RFQ', methods: blockRfqMethods },
  { title: 'Wallet', methods: [...walletMethods, ...addressMethods] },
  { title: 'Liquidation', methods: liquidationMethods },
  { title: 'Proof of liabilities', methods: liabilityMethods },
  { title: 'Margin parameters and certificates', methods: marginMethods },
  {
    title: 'Account',
    methods: [...accountMethods, ...subaccountMethods, ...transactionMethods, ...noticeMethods],
  },
];

/** Every method of these groups. */
export const methods: readonly Method[] = methodGroups.flatMap((group) => group.methods);
