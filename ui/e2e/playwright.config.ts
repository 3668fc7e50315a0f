import { defineConfig } from '@playwright/test';

/**
 * Runs against a gateway that is up: KEYWAY_URL and KEYWAY_ADMIN_TOKEN say which. CHROMIUM names the browser.
 * What the test makes lies in a group of its own, which it deletes again.
 */
export default defineConfig({
  testDir: '.',
  outputDir: '../node_modules/.playwright',
  workers: 1,
  timeout: 60_000,
  use: {
    baseURL: process.env.KEYWAY_URL ?? 'http://127.0.0.1:8787',
    locale: 'en-US',
    permissions: ['clipboard-read', 'clipboard-write'],
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    },
  },
});
