// The first exchange of two sides, step by step.

export const introduction = {
  'intro.title': 'Introduction of the two sides',
  'intro.sub': 'Done once. It can be left at any step and gone on with by another person.',
  'intro.steps': 'Steps of the introduction',
  'intro.step.trust': 'Trust file in',
  'intro.step.root': 'Compare the root',
  'intro.step.card': 'Site card out',
  'intro.step.compare': 'Compared there',
  'intro.step.request': 'First request',
  'intro.step.bundle': 'First bundle',
  'intro.next': 'next',
  'intro.done': 'done',
  'intro.isNext': 'Next:',
  'intro.complete': 'Both sides know each other',
  'intro.goOn': 'Go on',
  'intro.otherFile': 'Take another file',

  'intro.trust.title': 'The trust file comes in',
  'intro.trust.why':
    'It holds the root key of the connected side. Nothing of it is believed before its fingerprint has been compared.',
  'intro.trust.who':
    'The connected side writes it with this command and carries it here, the fingerprint apart from it on paper:',
  'intro.trust.already': 'Root {version} is trusted here already. Another file is needed only when the chain was lost.',
  'intro.trust.staged': 'A file has been read and waits for its comparison:',
  'intro.root.noFile': 'No trust file has been read yet.',
  'intro.root.done': 'This root was compared and is trusted:',
  'intro.card.title': 'The site card goes out',
  'intro.card.why':
    'It holds the public keys of this site, nothing secret and no name of a device. The connected side answers nobody whose card it does not have.',
  'intro.card.who':
    'You: save it to the medium, and read the fingerprint below to the connected side by telephone or give it on paper.',
  'intro.card.notYet':
    'It is made when somebody who may write the exchange saves it; its fingerprint is shown with the next step.',
  'intro.compare.title': 'The connected side compares',
  'intro.compare.why':
    'They add the card with this command and see a fingerprint. Let them read it to you; do not read it to them first.',
  'intro.compare.who': 'Both sides, at the telephone:',
  'intro.compare.question': 'What did the other side read?',
  'intro.compare.same': 'The same signs or words as here',
  'intro.compare.differs': 'Something else',
  'intro.compare.record': 'Record the comparison',
  'intro.compare.stop':
    'Then it is not your card that lies there. Do not go on: write the card anew, carry it yourself, and tell the person responsible for security.',
  'intro.request.title': 'The first request leaves',
  'intro.request.why': 'It is shown in full before it is signed, sealed to the connected side and written.',
  'intro.request.who': 'You: look at what would leave, then write it to the medium.',
  'intro.request.done': 'Request {number} was written {at}.',
  'intro.bundle.title': 'The first bundle comes',
  'intro.bundle.why':
    'The connected side answers the request. When its bundle is imported, both directions have worked.',
  'intro.bundle.done': 'A bundle was imported: both directions work.',
  'intro.bundle.who': 'The connected side writes it with this command:',
  'toast.compared': 'The comparison is recorded',
} as const;
