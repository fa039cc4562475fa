import { AppError } from '../../../platform/errors.ts';
import type { XmlHandler } from '../../../platform/xml/reader.ts';
import { localName } from '../xml-events.ts';
import type { L5xModule } from './module.ts';

// What of an L5X is about the controller and its modules. Programs, tags and what the tool encrypted pass unread.

type L5xDocument = {
  root: Readonly<Record<string, string>>;
  controller?: Readonly<Record<string, string>>;
  description: string;
  safety?: Readonly<Record<string, string>>;
  modules: L5xModule[];
  /** Parts that the tool encrypted. */
  encoded: number;
  programs: number;
};

const maxModules = 4_096;
const maxPorts = 16;
const maxDescription = 1_024;

/** A handler that fills a document. */
export const l5xHandler = (): { handler: XmlHandler; document: L5xDocument } => {
  const document: L5xDocument = { root: {}, description: '', modules: [], encoded: 0, programs: 0 };
  const path: string[] = [];
  let module: L5xModule | undefined;
  let describing: 'controller' | 'module' | undefined;

  const parent = (up = 1): string | undefined => path.at(-1 - up);

  return {
    document,
    handler: {
      open: (qualified, attributes) => {
        const name = localName(qualified);
        path.push(name);
        if (path.length === 1) {
          if (name !== 'RSLogix5000Content') throw new AppError('MALFORMED', 'the root is no RSLogix5000Content');
          document.root = attributes;
        } else if (name === 'Controller' && path.length === 2) document.controller = attributes;
        else if (name === 'SafetyInfo' && parent() === 'Controller') document.safety = attributes;
        else if (name === 'Program' && parent() === 'Programs') document.programs += 1;
        else if (name.startsWith('Encoded')) document.encoded += 1;
        else if (name === 'Module' && parent() === 'Modules' && path.length === 4) {
          if (document.modules.length >= maxModules) throw new AppError('TOO_LARGE', `more than ${maxModules} modules`);
          module = { attributes, ports: [], description: '' };
          document.modules.push(module);
        } else if (name === 'Port' && parent() === 'Ports' && parent(2) === 'Module' && module !== undefined) {
          if (module.ports.length < maxPorts)
            module.ports.push({
              type: attributes['Type'] ?? '',
              address: attributes['Address'] ?? '',
              upstream: attributes['Upstream'] === 'true',
            });
        } else if (name === 'Description') {
          describing =
            path.length === 3 ? 'controller' : path.length === 5 && parent() === 'Module' ? 'module' : undefined;
        }
      },
      text: (piece) => {
        if (describing === 'controller') document.description = (document.description + piece).slice(0, maxDescription);
        else if (describing === 'module' && module !== undefined)
          module.description = (module.description + piece).slice(0, maxDescription);
      },
      close: () => {
        const name = path.pop();
        if (name === 'Description') describing = undefined;
        if (name === 'Module' && path.length === 3) module = undefined;
      },
    },
  };
};
