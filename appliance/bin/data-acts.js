#!/usr/bin/env node
// What root's commands have done in the data folder: data-acts.js DATA UID:GID|- [SHA256]. As another user it gives root's rights up
// before it loads anything that opens a file of that folder. With a digest it writes that object to stdout and ends.
const [, , dataDir, user, digest] = process.argv;
const { dropRights } = await import('../../bundle-tools/program/platform/drop-rights.js');
if (user !== '-') dropRights(user);
process.umask(0o077);
const { answerActs, writeObject } = await import('../program/data-acts/answer.js');
await (digest === undefined ? answerActs(dataDir) : writeObject(dataDir, digest));
