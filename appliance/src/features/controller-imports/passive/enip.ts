import { enipFacts } from '@sallyport/bundle-tools/controllers/protocols/enip/answers';
import { attributesAnswer, identityQuestion } from '@sallyport/bundle-tools/controllers/protocols/enip/unconnected';
import { cipCommands } from './cip-commands.ts';
import { boundedMap, type PassiveProtocol, type Told } from './types.ts';

const maxQuestions = 4_096;

/** Commands of the encapsulation (CIP Vol. 2, 2-3.2). */
const commands: ReadonlySet<number> = new Set([0x00, 0x04, 0x63, 0x64, 0x65, 0x66, 0x6f, 0x70, 0x72, 0x73]);

/** 24 bytes of header, which name the length of what follows. */
const enipLength = (bytes: Buffer): number | undefined => {
  if (bytes.length < 24) return undefined;
  return commands.has(bytes.readUInt16LE(0)) ? 24 + bytes.readUInt16LE(2) : 0;
};

export const enip: PassiveProtocol = {
  protocol: 'enip',
  tcp: [44_818],
  udp: [44_818],
  lengthOf: enipLength,
  reader: () => {
    /** Questions for identity objects that are not answered yet, with the slot that each is for. */
    const questions = boundedMap<number | undefined>(maxQuestions);
    const answer = (bytes: Buffer, conversation: string): Told => {
      const attributes = attributesAnswer(bytes);
      const key = `${conversation} ${attributes?.exchange ?? ''}`;
      if (attributes === undefined || !questions.has(key)) return { facts: enipFacts(bytes) };
      const slot = questions.get(key);
      questions.delete(key);
      return { facts: attributes.facts, ...(slot === undefined ? {} : { slot }) };
    };
    return ({ bytes, isFromServer, conversation }) => {
      if (isFromServer) return [answer(bytes, conversation)];
      const question = identityQuestion(bytes);
      if (question !== undefined) questions.set(`${conversation} ${question.exchange}`, question.slot);
      return cipCommands(bytes);
    };
  },
};
