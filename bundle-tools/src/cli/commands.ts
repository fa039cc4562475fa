import type { Command } from './command.ts';
import { sourceAdd } from './source-add.ts';

/** Every command of `sallyport-bundle`; a command is found by its words. */
export const commands: ReadonlyArray<Command> = [sourceAdd];
