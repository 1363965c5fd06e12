#!/usr/bin/env node
// Reads drawings with the real Mermaid and the real Graphviz, and prints what they found in each: a JSON list.
// A drawing that one of them refuses has an `error` there.
//
//   drawings.mjs FILE.mmd FILE.dot…
import { readFileSync } from 'node:fs';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { JSDOM } from 'jsdom';

// Mermaid cleans texts with the help of a browser.
const { window } = new JSDOM('');
for (const name of ['window', 'document', 'Element', 'Node']) {
  globalThis[name] = name === 'window' ? window : window[name];
}
const { default: mermaid } = await import('mermaid');
const graphviz = await Graphviz.load();

// Mermaid keeps the number of a character between these, until it draws.
const plain = (text) =>
  text.replaceAll(/ﬂ°°(\d+)¶ß/gu, (_, number) => String.fromCodePoint(Number(number)));
const lines = (text) => text.split(/<br\s*\/?>/u).map(plain);

async function ofMermaid(text) {
  const { maxTextSize } = mermaid.mermaidAPI.getConfig();
  if (text.length > maxTextSize) {
    throw new Error(`${text.length} characters, and Mermaid draws no more than ${maxTextSize}`);
  }
  await mermaid.parse(text);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const { notes = [], ...boxes } = Object.fromEntries(
    [...db.getVertices().values()].map((box) => [box.id, lines(box.text)]),
  );
  return {
    notes,
    boxes,
    frames: db.getSubGraphs().map(({ title, nodes }) => ({ title: plain(title), boxes: nodes })),
    arrows: db.getEdges().map(({ start, end, text: label }) => ({ from: start, to: end, lines: lines(label) })),
  };
}

function ofDot(text) {
  // `\n` ends a line of a label, and every other backslash stands for itself where it is doubled.
  const lines = (label) =>
    label
      .replaceAll(/\\(.)/gu, (_, character) => (character === 'n' ? '\n' : character))
      .replaceAll('&amp;', '&')
      .split('\n');
  // `dot` thinks for minutes about where so many arrows go; another engine reads the same language.
  const engine = text.split(' -> ').length > 100 ? 'osage' : 'dot';
  const { label: notes, objects = [], edges = [] } = JSON.parse(graphviz.layout(text, 'json', engine));
  const name = (index) => objects[index].name;
  const isFrame = ({ nodes }) => nodes !== undefined;
  return {
    notes: notes === undefined ? [] : lines(notes),
    boxes: Object.fromEntries(objects.filter((one) => !isFrame(one)).map((box) => [box.name, lines(box.label)])),
    frames: objects.filter(isFrame).map(({ label, nodes }) => ({ title: lines(label)[0], boxes: nodes.map(name) })),
    arrows: edges.map(({ tail, head, label }) => ({ from: name(tail), to: name(head), lines: lines(label) })),
  };
}

const read = [];
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, 'utf8');
  try {
    read.push(await (file.endsWith('.dot') ? ofDot(text) : ofMermaid(text)));
  } catch (error) {
    read.push({ error: `${error.message}` });
  }
}
console.log(JSON.stringify(read));
