// @ts-check
// The thread pool of .NET: adds a small square wave to the number of threads, looks by a Goertzel filter how much of it
// comes back in throughput, and moves along that slope. Written after Hellerstein, Morrison, Eilebrecht: Applying
// control theory in the real world (FeBID 2009) and the documented behaviour of System.Threading.

const WAVE_PERIOD = 4;
const SAMPLES = 32;
/** How much more a thread must bring to be worth it: the share of throughput it stands for. */
const TARGET_SLOPE = 0.15;
const NOISE_TARGET = 3;
const GAIN = 4;
const MOST_CHANGE_A_SECOND = 20;
const NOISE_SMOOTHING = 0.01;
const USE_LIMIT = 0.95;
const SHORTEST_SECONDS = 0.01;
const LONGEST_SECONDS = 0.2;
/** A sample of fewer completions than this for each thread says nothing yet. */
const LARGEST_SAMPLE_ERROR = 0.15;

/**
 * @param {import("./rival.js").Bounds} bounds
 * @returns {import("./rival.js").Rival}
 */
export function hillClimbing({ most, cores }) {
  /** @type {number[]} */
  const rates = new Array(SAMPLES).fill(0);
  /** @type {number[]} */
  const counts = new Array(SAMPLES).fill(0);
  const random = generator(1);
  let total = 0;
  let setting = Math.max(1, Math.round(cores));
  let limit = setting;
  let noise = 0;
  let interval = between(random());
  let seconds = interval;
  let gatheredSeconds = 0;
  let gathered = 0;

  /** @param {number[]} values @param {number} count @param {number} period */
  const component = (values, count, period) => {
    const angle = (2 * Math.PI) / period;
    const coefficient = 2 * Math.cos(angle);
    let last = 0;
    let beforeLast = 0;
    for (let index = 0; index < count; index++) {
      const value = values[(total - count + index) % SAMPLES] ?? 0;
      [last, beforeLast] = [coefficient * last - beforeLast + value, last];
    }
    return {
      re: (last - beforeLast * Math.cos(angle)) / count,
      im: (beforeLast * Math.sin(angle)) / count,
    };
  };
  /** @param {number[]} values @param {number} count */
  const mean = (values, count) => {
    let sum = 0;
    for (let index = 0; index < count; index++) sum += values[(total - count + index) % SAMPLES] ?? 0;
    return sum / count;
  };
  /** The slope in units of the target, and how far it stands out from the noise. */
  const slope = () => {
    const count = Math.floor(Math.min(total - 1, SAMPLES) / WAVE_PERIOD) * WAVE_PERIOD;
    const rate = count > WAVE_PERIOD ? mean(rates, count) : 0;
    const threads = count > WAVE_PERIOD ? mean(counts, count) : 0;
    if (rate <= 0 || threads <= 0) return { move: 0, isDown: false };
    const neighbours = [count / (count / WAVE_PERIOD + 1), count / (count / WAVE_PERIOD - 1)];
    const error = Math.max(
      ...neighbours
        .filter((period) => period <= count)
        .map((period) => size(component(rates, count, period)) / rate),
    );
    noise = noise === 0 ? error : NOISE_SMOOTHING * error + (1 - NOISE_SMOOTHING) * noise;
    const ofRates = component(rates, count, WAVE_PERIOD);
    const ofThreads = component(counts, count, WAVE_PERIOD);
    const wave = { re: ofThreads.re / threads, im: ofThreads.im / threads };
    const square = wave.re ** 2 + wave.im ** 2;
    if (square === 0) return { move: 0, isDown: false };
    const above = {
      re: ofRates.re / rate - TARGET_SLOPE * wave.re,
      im: ofRates.im / rate - TARGET_SLOPE * wave.im,
    };
    const ratio = (above.re * wave.re + above.im * wave.im) / square;
    const floor = Math.max(noise, error);
    const confidence = floor > 0 ? Math.min(1, Math.sqrt(square) / floor / NOISE_TARGET) : 1;
    return { move: Math.max(-1, Math.min(1, ratio)) * confidence, isDown: ratio < 0 };
  };

  return {
    step: { limit, seconds },
    next(sample) {
      gatheredSeconds += sample.seconds;
      gathered += sample.completions;
      if (gathered === 0 || (total > 0 && (limit - 1) / gathered >= LARGEST_SAMPLE_ERROR)) {
        return { limit, seconds: 0.05 };
      }
      rates[total % SAMPLES] = gathered / gatheredSeconds;
      counts[total % SAMPLES] = limit;
      total++;
      const { move, isDown } = slope();
      let change = Math.sign(move) * move ** 2 * GAIN * gatheredSeconds;
      change = Math.min(change, MOST_CHANGE_A_SECOND);
      if (change > 0 && sample.use > USE_LIMIT) change = 0;
      gatheredSeconds = 0;
      gathered = 0;
      const wave = Math.max(1, Math.min(20, Math.floor(0.5 + setting * noise * NOISE_TARGET * 2)));
      setting = Math.max(1, Math.min(most - wave, setting + change));
      const next = Math.max(1, Math.min(most, Math.floor(setting) + wave * (Math.floor(total / 2) % 2)));
      if (next !== limit) interval = between(random());
      limit = next;
      seconds = isDown && limit === 1 ? interval * 10 : interval;
      return { limit, seconds: Math.max(0.02, seconds) };
    },
  };
}

/** @param {{ re: number, im: number }} complex */
function size({ re, im }) {
  return Math.hypot(re, im);
}

/** @param {number} share */
function between(share) {
  return SHORTEST_SECONDS + share * (LONGEST_SECONDS - SHORTEST_SECONDS);
}

/**
 * A sequence that is the same in every run (mulberry32).
 * @param {number} seed
 */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
