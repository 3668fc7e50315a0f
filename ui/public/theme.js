// Runs before the first paint, so that a chosen theme never flashes. A file of its own: the page allows no inline script.
try {
  document.documentElement.dataset.theme = localStorage.getItem('keyway.theme') || 'system';
} catch {
  document.documentElement.dataset.theme = 'system';
}
