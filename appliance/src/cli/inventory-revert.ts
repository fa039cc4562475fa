import type { Command } from './command.ts';

export const command: Command = {
  summary: 'goes back to the inventory of the bundle before; versions, numbers and the floor stay',
  options: {
    reason: { value: 'TEXT', required: true, help: 'why; goes into the next receipt' },
    yes: { help: 'do it; without it, only what would change is shown' },
  },
  example: 'sallyport inventory revert --reason "the new list names a broken update" --yes --data /var/lib/sallyport',
  run: async ({ open, out, text, flag, cliActor }) => {
    const { exchange } = await open();
    const isDone = flag('yes');
    const revert = isDone ? exchange.revertInventory(cliActor(), text('reason') ?? '') : exchange.previewRevert();
    out.line(`inventory   ${revert.from}`);
    out.line(`${isDone ? 'now' : 'to be'}       ${revert.to}, ${revert.objects} objects, ${revert.updates} updates`);
    out.line(`advisories  ${revert.advisoriesToo ? 'go back too' : 'stay as they are'}`);
    out.result({ ...revert, reverted: isDone });
    if (isDone) return 0;
    out.note('Nothing was changed. Run the same command with --yes to go back.');
    return 1;
  },
};
