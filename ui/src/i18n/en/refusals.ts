// What the exchange refuses or warns of, by the codes of the bundle format: what it is, why it happens, what it means
// for the safety of the site, what to do next. Whom to call is a word of its own: refusals.ts beside the views says who.

export const refusals = {
  'refusal.why': 'Cause',
  'refusal.safety': 'What it means here',
  'refusal.next': 'What to do',
  'refusal.call': 'Whom to call',
  'refusal.call.nobody': 'Nobody; the person at the medium can do it.',
  'refusal.call.administrator': 'The administrator of this appliance.',
  'refusal.call.connected': 'The person on the connected side who writes the bundles.',
  'refusal.call.security': 'The person responsible for information security, then the connected side; by telephone.',
  'refusal.call.support':
    'The administrator of this appliance; he sends the diagnostics to whoever supports Sallyport.',
  'refusal.detail': 'In the words of the importer',

  'error.BUSY': 'Another import runs',
  'error.BUSY.why': 'Only one import at a time may change the site, and one is at work now.',
  'error.BUSY.safety': 'This bundle was not opened; the running import is not disturbed.',
  'error.BUSY.next': 'Wait until the running import ends, then begin again.',
  'error.NOT_REGULAR': 'This is not a plain file',
  'error.NOT_REGULAR.why': 'A link, a device or another special file stands where the bundle should be.',
  'error.NOT_REGULAR.safety': 'It was not followed: a link could lead to any place on the appliance.',
  'error.NOT_REGULAR.next':
    'Choose the bundle file itself. Nobody writes links to such a medium by accident: ask where it was.',
  'error.NO_BUNDLE': 'No bundle on the medium',
  'error.NO_BUNDLE.why': 'No file there is a bundle: another medium, an empty one, or the copy was never made.',
  'error.NO_BUNDLE.safety': 'Nothing was read beyond the list of files.',
  'error.NO_BUNDLE.next':
    'Compare the label of the medium with the hand-over note, plug in the right one and look again.',
  'error.AMBIGUOUS': 'Several bundles on the medium',
  'error.AMBIGUOUS.why': 'Files of more than one bundle lie there, and the importer does not guess between them.',
  'error.AMBIGUOUS.safety': 'None of them was imported.',
  'error.AMBIGUOUS.next': 'Choose one under Receive by its request; the newest answer is the right one as a rule.',
  'error.TRUNCATED': 'The file ends too early',
  'error.TRUNCATED.why': 'It was not copied whole, or the medium was pulled out before it was safe to remove.',
  'error.TRUNCATED.safety': 'What arrived whole is kept and checked; nothing of it is in force.',
  'error.TRUNCATED.next':
    'Have this file copied again and wait for “safe to remove”. Then import: what is here is not read twice.',
  'error.TRAILING': 'The file goes on after its end',
  'error.TRAILING.why':
    'There are bytes behind what is signed: added on the way, or left on the medium by an older file.',
  'error.TRAILING.safety': 'The added bytes were not interpreted. Nobody signed them.',
  'error.TRAILING.next':
    'Have the bundle written to an emptied medium. If it happens twice, treat the medium as tampered with.',
  'error.HEADER': 'The archive was changed',
  'error.HEADER.why': 'A file in it is named, placed or marked otherwise than the signed list says.',
  'error.HEADER.safety':
    'This does not happen by wear. Somebody may have built the file; it was refused before its content was used.',
  'error.HEADER.next':
    'Keep the medium apart, do not plug it in elsewhere, and have the bundle written to another one.',
  'error.MISSING': 'A part is missing',
  'error.MISSING.why': 'A document that each bundle must begin with is not in it; the line below names it.',
  'error.MISSING.safety': 'Without it nothing can be checked, so nothing was taken.',
  'error.MISSING.next': 'Have the bundle written again with the present version of the tools.',
  'error.LIMIT': 'A part is larger than allowed',
  'error.LIMIT.why': 'A document claims a size or a number beyond the limits of the format.',
  'error.LIMIT.safety': 'The appliance stopped reading before its memory or disk could fill up.',
  'error.LIMIT.next': 'Do not raise any limit. Tell the connected side the line below and ask for a smaller bundle.',
  'error.METADATA': 'A signed document is not well formed',
  'error.METADATA.why': 'It breaks the rules of its format: a field, a date, a version or a hash.',
  'error.METADATA.safety': 'A document that can be read in two ways is never used, even with a good signature.',
  'error.METADATA.next': 'Tell the connected side the line below; they compare the version of their tools with yours.',
  'error.SIGNATURE': 'A signature is not valid',
  'error.SIGNATURE.why':
    'The bundle is not from the people whom this site trusts, their keys were replaced, or it was changed on the way.',
  'error.SIGNATURE.safety':
    'This is what an attack looks like. Nothing was taken over; the site works on with what it had.',
  'error.SIGNATURE.next':
    'Keep the medium apart. Ask the connected side by telephone what they wrote and whether keys were changed.',
  'error.ROOT_CHAIN': 'The roots of trust do not follow each other',
  'error.ROOT_CHAIN.why':
    'A root between the one held here and the one in the bundle is absent, or is not signed by the one before.',
  'error.ROOT_CHAIN.safety': 'A root that cannot be followed step by step could be anybody’s.',
  'error.ROOT_CHAIN.next':
    'Ask for a bundle that carries all roots from the version held here on; it stands under Exchange, Trust.',
  'error.ROLLBACK': 'The bundle is older than what this site has',
  'error.ROLLBACK.why': 'Its number or the version of its documents is lower than what was accepted before.',
  'error.ROLLBACK.safety': 'An old state would hide newer advisories. The newer one stays in force.',
  'error.ROLLBACK.next':
    'Import the newest bundle. If this is the newest, the connected side may work from an old backup: ask.',
  'error.EXPIRED': 'The bundle is too old',
  'error.EXPIRED.why': 'A date that its signers set has passed, by the clock of this site.',
  'error.EXPIRED.safety': 'An old bundle can be replayed to hide what is new since.',
  'error.EXPIRED.next':
    'Look whether the clock is right. Then write a new request, or accept it with a reason within the days of grace.',
  'error.MIX': 'Parts of two bundles are mixed',
  'error.MIX.why': 'Volumes or documents that do not belong together lie in one file or were given together.',
  'error.MIX.safety': 'Each part may be genuine, the sum is not: nothing was taken over.',
  'error.MIX.next':
    'Put only the volumes of one bundle on the medium; their names begin with the same eight characters.',
  'error.WRONG_SITE': 'The bundle is for another site',
  'error.WRONG_SITE.why': 'It is signed for a different site; two media were exchanged by mistake.',
  'error.WRONG_SITE.safety': 'It answers the needs of other devices. Nothing of it was used.',
  'error.WRONG_SITE.next': 'Take the medium to the site that the line below names and ask there for yours.',
  'error.NONCE': 'No open request asked for this bundle',
  'error.NONCE.why':
    'A newer bundle closed the request that it answers, the request was never written here, or broadcasts are switched off.',
  'error.NONCE.safety': 'A bundle that nobody asked for may be a repeated old one.',
  'error.NONCE.next':
    'Write a new request under Exchange, Send. A restored backup forgets requests: that is a usual cause.',
  'error.HASH': 'Content differs from its signed hash',
  'error.HASH.why': 'The medium is worn or was damaged, or somebody changed a file.',
  'error.HASH.safety': 'The damaged file was dropped; files that were right are kept.',
  'error.HASH.next':
    'Ask for a rebuild of the volume that the line below names, on another medium. If it happens again, it is not wear.',
  'error.INCOMPLETE': 'An object is neither here nor on the medium',
  'error.INCOMPLETE.why': 'The bundle counts on something that this site held when it asked and has lost since.',
  'error.INCOMPLETE.safety': 'A half state is never put in force.',
  'error.INCOMPLETE.next':
    'Write a new request: it lists what is held now, and one more trip brings the rest, not everything.',
  'error.NO_SPACE': 'Not enough space',
  'error.NO_SPACE.why': 'The data disk cannot take what the bundle brings and the reserve beside it.',
  'error.NO_SPACE.safety': 'The site works on; what was verified so far is kept.',
  'error.NO_SPACE.next': 'Free space on the data disk, then start the import again; it goes on where it stopped.',
  'error.MEDIUM_IO': 'The medium cannot be read or written',
  'error.MEDIUM_IO.why': 'It was pulled out, its contacts or cells fail, or its file system is damaged.',
  'error.MEDIUM_IO.safety': 'Only the copy is in doubt; the site is as it was.',
  'error.MEDIUM_IO.next':
    'Plug it in again, in another port too. If it fails twice, use another medium and destroy this one by the rules.',
  'error.STORE_IO': 'The data disk cannot be written',
  'error.STORE_IO.why': 'The disk of the appliance reports an error or has become read-only.',
  'error.STORE_IO.safety': 'The whole appliance is at risk, not only this import.',
  'error.STORE_IO.next': 'Do not repeat. Run doctor on the appliance, check the disk, have the newest backup at hand.',
  'error.SCAN': 'The malware scanner refused it',
  'error.SCAN.why':
    'A file of the bundle looks like malware to the scanner of this site, or the scanner itself failed.',
  'error.SCAN.safety': 'Nothing was put in force, and infected files were removed from the store.',
  'error.SCAN.next':
    'Keep the medium apart. The receipt names engine, version and verdict; the connected side scans the same file.',
  'error.CHAIN': 'A receipt is missing or was changed',
  'error.CHAIN.why': 'Receipts name each other by their hashes, and one of the links does not fit.',
  'error.CHAIN.safety': 'What this site says about its past cannot be relied on until it is known why.',
  'error.CHAIN.next':
    'Keep the data directory as it is, and compare with the records of the connected side and with a backup.',
  'error.INTERNAL': 'An error of the program',
  'error.INTERNAL.why': 'Something happened that the program does not foresee.',
  'error.INTERNAL.safety': 'In doubt it refuses: nothing was changed.',
  'error.INTERNAL.next': 'Repeat once. If it stays, keep the log and report it.',

  'error.ALREADY_IMPORTED': 'This bundle was imported before',
  'error.ALREADY_IMPORTED.why': 'The same bundle is in force or was replaced by a newer one.',
  'error.ALREADY_IMPORTED.safety': 'Harmless: nothing was changed.',
  'error.ALREADY_IMPORTED.next': 'Nothing. The receipt of the first time is the one that counts.',
  'error.VOLUMES_MISSING': 'Volumes are missing',
  'error.VOLUMES_MISSING.why': 'The bundle has several volumes, and not all of them have been here.',
  'error.VOLUMES_MISSING.safety': 'What came is checked and kept; the old state stays in force until the last volume.',
  'error.VOLUMES_MISSING.next':
    'Import the missing volumes in any order. One that is lost is rebuilt alone: ask for that volume by its number.',
  'error.CLOCK_BEHIND': 'The clock of the appliance is behind',
  'error.CLOCK_BEHIND.why':
    'It shows a time before the last signed time that this site knows; often the battery is empty.',
  'error.CLOCK_BEHIND.safety': 'Expiry was judged by the later of the two times, so nothing old got in.',
  'error.CLOCK_BEHIND.next': 'Set the clock from a source on site and look whether it holds over a restart.',
  'error.CLOCK_SUSPECT': 'A date is far in the future',
  'error.CLOCK_SUSPECT.why': 'The clock, or the date of the bundle, lies more than 400 days past the last signed time.',
  'error.CLOCK_SUSPECT.safety': 'The date was not remembered: believed once, it would make each later bundle look old.',
  'error.CLOCK_SUSPECT.next':
    'Compare with a watch. If the site really slept that long, an administrator agrees to the date with a reason.',
  'error.STALE': 'The bundle is past its date',
  'error.STALE.why': 'It answers a request of this site, but came later than its signers planned.',
  'error.STALE.safety': 'It is genuine and newer than what is here; what was published since is not in it.',
  'error.STALE.next': 'Import it, then write a new request at once.',
  'error.KEY_EXPIRES_SOON': 'A key of the connected side expires soon',
  'error.KEY_EXPIRES_SOON.why': 'The root of trust has less than 180 days left.',
  'error.KEY_EXPIRES_SOON.safety': 'Nothing yet. After that day no bundle is accepted until a new root comes.',
  'error.KEY_EXPIRES_SOON.next':
    'Remind the connected side to hold the ceremony for a new root; it comes with the next bundle.',

  'error.SEAL': 'The file cannot be opened with the keys here',
  'error.SEAL.why': 'It was sealed to another host, to a key that was removed, or it was changed or cut.',
  'error.SEAL.safety': 'Its content stays secret to whoever holds it.',
  'error.SEAL.next': 'Write the request again: it is sealed to the keys that the last bundle named.',
  'error.SITE_UNKNOWN': 'The site is unknown',
  'error.SITE_UNKNOWN.why': 'The connected side has no card of the site, or another key signed the request.',
  'error.SITE_UNKNOWN.safety': 'Nobody answers a request that anybody could have written.',
  'error.SITE_UNKNOWN.next': 'Hand over the site card again and compare its fingerprint on both sides.',
  'error.SITE_REVERTED': 'The state of the site went back',
  'error.SITE_REVERTED.why':
    'The site reports less than its own receipts: a backup was restored, or two copies of it run.',
  'error.SITE_REVERTED.safety': 'Old bundles could be accepted again by the copy.',
  'error.SITE_REVERTED.next':
    'Say whether a backup was restored, and from which day. If none was, look for a second copy.',
  'error.ROOT_TOO_SHORT': 'The root of trust expires too soon',
  'error.ROOT_TOO_SHORT.why': 'A bundle needs a root with at least 180 days left, because sites sleep.',
  'error.ROOT_TOO_SHORT.safety': 'No bundle is written that could lock a site out.',
  'error.ROOT_TOO_SHORT.next': 'Two of the holders of root keys sign a new root first.',
  'error.SELF_CHECK': 'The bundle failed its own check',
  'error.SELF_CHECK.why': 'What was just written does not import on the host that wrote it.',
  'error.SELF_CHECK.safety': 'The medium was not released, so no site wastes a trip.',
  'error.SELF_CHECK.next': 'Write it again to another medium; if it fails again, check the disk of the host.',
} as const;
