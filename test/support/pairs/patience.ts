/** What a busy machine may take; looked at as often as costs it nothing. */
export const patience = { timeout: 30_000, interval: 50 };
