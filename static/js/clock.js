// 65 as 1:05, 3700 as 1:01:40.

export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  if (hours) return `${hours}:${parts.map((part) => String(part).padStart(2, "0")).join(":")}`;
  return `${parts[0]}:${String(parts[1]).padStart(2, "0")}`;
}
