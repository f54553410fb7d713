// Kill switch methods: taking out every order of an account, of one key or of the whole venue at
// once, and letting none in again. Extensions of Deribit's API.
import Type from 'typebox';

const scope = Type.Enum(['key', 'account', 'venue'], {
  title: 'kill switch scope',
  description: 'one API key, an account with its subaccounts, or everybody (operators only)',
});

const subject = {
  scope,
  account_id: Type.Optional(
    Type.Integer({ description: "a subaccount of the caller's; for operators any account" }),
  ),
  client_id: Type.Optional(
    Type.String({ description: 'of the key; by default the one that asks' }),
  ),
  reason: Type.Optional(Type.String({ maxLength: 200, description: 'kept in the journal' })),
};

const killSwitch = Type.Object(
  {
    scope,
    account_id: Type.Optional(Type.Integer()),
    client_id: Type.Optional(Type.String()),
    engaged: Type.Boolean(),
    orders_cancelled: Type.Integer(),
  },
  { title: 'kill switch' },
);

export const setKillSwitchShape = { params: Type.Object(subject), result: killSwitch };

export const killSwitchesShape = {
  params: Type.Object({ account_id: subject.account_id }),
  result: Type.Object({
    venue: Type.Boolean(),
    account: Type.Boolean(),
    client_ids: Type.Array(Type.String(), { description: 'of keys that are switched off' }),
  }),
};
