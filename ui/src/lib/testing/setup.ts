import { cleanup } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach } from 'vitest';
import { startI18n } from '@/i18n';

// jsdom knows the element but not its methods.
HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
};
window.scrollTo = () => {};

/** The browser's event stream, silent. */
class SilentEvents extends EventTarget {
  static readonly CLOSED = 2;
  readyState = 1;
  onerror: (() => void) | null = null;
  onopen: (() => void) | null = null;
  onmessage: (() => void) | null = null;
  close() {}
}
globalThis.EventSource = SilentEvents as unknown as typeof EventSource;

beforeAll(() => startI18n('en'));
beforeEach(() => localStorage.clear());
afterEach(cleanup);
