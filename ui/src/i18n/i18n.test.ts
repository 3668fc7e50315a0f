import { expect, test } from 'vitest';
import en from './en.json';
import { firstLanguage } from './index';
import zh from './zh.json';

type Tree = { [name: string]: string | Tree };

function flat(tree: Tree, before = ''): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[before + name, value]] : flat(value, `${before}${name}.`),
  );
}

const holes = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name).sort();

test('every sentence exists in both languages, with the same holes to fill', () => {
  const chinese = new Map(flat(zh));
  for (const [key, text] of flat(en))
    expect([key, holes(chinese.get(key) ?? '')]).toEqual([key, holes(text)]);
  expect(
    flat(zh)
      .map(([key]) => key)
      .sort(),
  ).toEqual(
    flat(en)
      .map(([key]) => key)
      .sort(),
  );
});

test('the first language is the remembered one, else the browser’s, else English', () => {
  expect(firstLanguage('zh', ['en-US'])).toBe('zh');
  expect(firstLanguage(null, ['fr-FR', 'zh-CN', 'en'])).toBe('zh');
  expect(firstLanguage(null, ['fr-FR'])).toBe('en');
});
