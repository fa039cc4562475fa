import type { Command } from './command.ts';

export const command: Command = {
  summary: 'checks the chain of receipts: signatures, numbers, links',
  example: 'sallyport receipt verify --data /var/lib/sallyport',
  run: async ({ open, out }) => {
    const verdict = (await open()).exchange.verifyReceipts();
    out.result(verdict);
    if (verdict.ok) {
      out.line(`${verdict.length} receipts, unbroken`);
      return 0;
    }
    out.line(`CHAIN_BROKEN: receipt ${verdict.brokenAt} ${verdict.reason}`);
    return 1;
  },
};
