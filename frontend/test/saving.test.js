/** Saving a design: nothing is lost to a bad line, a closed browser or another person. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

const kept = new Map();
globalThis.addEventListener = () => {};
globalThis.document = { addEventListener() {}, querySelector: () => null };
globalThis.localStorage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, value),
  removeItem: (key) => kept.delete(key),
};
const { createSaving } = await import('../src/design/saving.js');
const { threeWay } = await import('../src/design/differences.js');

beforeEach(() => kept.clear());

/** A server with one design, which can be saved by somebody else, or be out of reach. */
function server(files) {
  const saves = [files];
  return {
    saves,
    down: false,
    async send(_base, revision, changes) {
      if (this.down) throw Object.assign(new Error('网络不通'), { mayPass: false });
      if (revision !== saves.length)
        throw Object.assign(new Error('别人保存过'), {
          status: 409,
          body: {
            saved_by: '乙',
            revision: saves.length,
            theirs: saves.at(-1),
            base: saves[revision - 1] ?? {},
          },
        });
      saves.push({ ...saves.at(-1), ...changes });
      return { revision: saves.length, saved_at: '2027-01-11T09:00:00+08:00' };
    },
  };
}

function page(host, mine, more = {}) {
  const said = [];
  const saving = createSaving({
    base: '/1',
    key: 'k',
    changed: async () => mine,
    say: (words) => said.push(words),
    send: (...given) => host.send(...given),
    ...more,
  });
  saving.at(1);
  return { saving, said };
}

test('what is saved is forgotten by the browser', async () => {
  const host = server({ a: '1' });
  const { saving } = page(host, { a: '2' });
  saving.touched();
  assert.equal(await saving.save(), true);
  assert.deepEqual(host.saves.at(-1), { a: '2' });
  assert.equal(kept.size, 0);
  assert.equal(saving.unsaved(), false);
});

test('what could not be saved stays in the browser and is taken up by the next visit', async () => {
  const host = server({ a: '1' });
  host.down = true;
  const { saving } = page(host, { a: '2' });
  saving.touched();
  assert.equal(await saving.save(), false);
  host.down = false;
  let taken;
  const next = page(host, { a: '2' }).saving;
  assert.equal(await next.recover({ a: '1' }, (files) => (taken = files)), true);
  assert.deepEqual(taken, { a: '2' });
  await next.save();
  assert.deepEqual(host.saves.at(-1), { a: '2' });
});

test('people who changed different files both keep their work', async () => {
  const host = server({ a: '1', b: '1' });
  host.saves.push({ a: '1', b: '他的' });
  let shown;
  const { saving } = page(host, { a: '我的' }, { replaced: (files) => void (shown = files) });
  saving.touched();
  assert.equal(await saving.save(), true);
  assert.deepEqual(host.saves.at(-1), { a: '我的', b: '他的' });
  assert.deepEqual(shown, { b: '他的' });
});

test('where both changed the same file the person is asked, and nothing is sent', async () => {
  const host = server({ a: '1', b: '1' });
  host.saves.push({ a: '他的', b: '1' });
  let asked;
  const { saving } = page(
    host,
    { a: '我的', b: '我的' },
    { conflict: async (other) => void (asked = other.clashes) },
  );
  saving.touched();
  assert.equal(await saving.save(), false);
  assert.deepEqual(asked, ['a']);
  assert.equal(host.saves.at(-1).a, '他的');
  assert.equal(saving.unsaved(), true);
});

/** A page whose host is answered at once with one of the two buttons of the question. */
function answering(whose) {
  const made = (tag) => ({
    tag,
    listeners: {},
    children: [],
    setAttribute() {},
    append(...children) {
      this.children.push(...children);
    },
    addEventListener(name, act) {
      this.listeners[name] = act;
    },
    remove() {},
    scrollIntoView() {},
    focus() {},
  });
  globalThis.document.createElement = made;
  const find = (one) => (one.tag === 'button' ? [one] : (one.children ?? []).flatMap((child) => find(child)));
  return {
    prepend(panel) {
      const [theirs, mine] = find(panel);
      queueMicrotask(() => ({ theirs, mine })[whose].listeners.click());
    },
  };
}

test('whoever takes over what another made of one file keeps what they made of the others', async () => {
  const host = server({ 'a.txt': '1', 'b.txt': '1' });
  host.saves.push({ 'a.txt': '他的', 'b.txt': '1' });
  const mine = { 'a.txt': '我的', 'b.txt': '我的' };
  const replaced = (files) => Object.keys(files).forEach((path) => delete mine[path]);
  const { saving } = page(host, mine, { host: answering('theirs'), replaced });
  saving.touched();
  await saving.save();
  assert.equal(saving.unsaved(), true);
  assert.equal(await saving.save(), true);
  assert.deepEqual(host.saves.at(-1), { 'a.txt': '他的', 'b.txt': '我的' });
});

test('whoever keeps their own of one file takes over the others that only another changed', async () => {
  const host = server({ 'a.txt': '1', 'b.txt': '1' });
  host.saves.push({ 'a.txt': '他的', 'b.txt': '他的' });
  const mine = { 'a.txt': '1', 'b.txt': '我的' }; // the first was changed and saved before
  const replaced = (files) => Object.keys(files).forEach((path) => delete mine[path]);
  const { saving } = page(host, mine, { host: answering('mine'), replaced });
  saving.touched();
  await saving.save();
  assert.equal(await saving.save(), true);
  assert.deepEqual(host.saves.at(-1), { 'a.txt': '他的', 'b.txt': '我的' });
});

test('a file that another took away goes from the page too', async () => {
  const host = server({ a: '1', b: '1' });
  host.saves.push({ a: '1' });
  let shown;
  const { saving } = page(host, { a: '我的' }, { replaced: (files) => void (shown = files) });
  saving.touched();
  assert.equal(await saving.save(), true);
  assert.deepEqual(shown, { b: null });
});

test('nobody is told that all is saved while a save is still on its way', async () => {
  const host = server({ a: '1' });
  const mine = { a: '2' };
  const arrived = [];
  const send = (...given) => new Promise((resolve) => arrived.push(() => resolve(host.send(...given))));
  const { saving } = page(host, mine, { send });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  saving.touched();
  saving.save();
  await turn();
  mine.a = '3';
  saving.touched();
  const told = [];
  saving.save().then((done) => told.push(done));
  saving.save().then((done) => told.push(done));
  arrived.shift()();
  await turn();
  assert.deepEqual(told, []);
  arrived.shift()();
  await turn();
  assert.deepEqual(told, [true, true]);
  assert.deepEqual(host.saves.at(-1), { a: '3' });
});

test('what was left by an earlier visit does not overwrite what was saved since', async () => {
  const host = server({ a: '1' });
  host.saves.push({ a: '他的' });
  kept.set('k', JSON.stringify({ revision: 1, files: { a: '我的' } }));
  let asked;
  const { saving } = page(host, { a: '我的' }, { conflict: async (other) => void (asked = other.clashes) });
  saving.at(2);
  await saving.recover({ a: '他的' }, () => {});
  await saving.save();
  assert.deepEqual(asked, ['a']);
  assert.equal(host.saves.at(-1).a, '他的');
});

test('what each changed in a form is told field by field', () => {
  const form = (max, title = '意见') =>
    JSON.stringify({ title: '表', properties: { a: { title, maxLength: max }, b: { title: '金额' } } });
  const rows = threeWay('forms/x.json', form(1), form(2), form(1, '处理意见'));
  assert.deepEqual(
    rows.map((row) => [row.both, row.mine, row.theirs]),
    [[true, 'maxLength：1 → 2', '名称："意见" → "处理意见"']],
  );
});
