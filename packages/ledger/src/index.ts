export {
  createLedger,
  type Ledger,
  type LedgerAccountId,
  type LedgerAccountKind,
  type LedgerState,
  ledgerAccountKinds,
  restoreLedger,
} from './ledger.ts';
