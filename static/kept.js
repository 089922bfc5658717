// What is kept in this browser and told to nobody: under a key, by id, bounded in number and age.
const DAY = 24 * 60 * 60_000;

export function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

// `value` is an object, or null to forget it. Another tab may have kept something meanwhile.
export function keep(key, id, value, { most = 100, days = 30 } = {}) {
  try {
    const all = kept(key);
    delete all[id];
    if (value) all[id] = { ...value, at: Date.now() };
    const left = Object.entries(all)
      .filter(([, one]) => one.at > Date.now() - days * DAY)
      .sort(([, a], [, b]) => b.at - a.at)
      .slice(0, most);
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(left)));
  } catch {
    // Denied or full.
  }
}
