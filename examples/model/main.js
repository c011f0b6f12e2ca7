// A model of scikit-learn is trained in Python, stays there, and answers many questions at once.
//   node examples/model/main.js        needs a Python with scikit-learn
import { createPool } from "nogil";

const QUESTIONS = 40;
const POINTS = 50;

const pool = await createPool({ module: new URL("model.py", import.meta.url) });

const model = await pool.create("Classifier", 50);
console.log(`trained: right for ${Math.round((await model.accuracy) * 100)} % of what it learnt from`);

// Each question is an array of points on a circle around the middle, which the answer must get right.
const radius = (question) => (question % 2 === 0 ? 0.5 : 1.5);
const questions = Array.from({ length: QUESTIONS }, (_, question) =>
  Float64Array.from({ length: 2 * POINTS }, (_, i) => {
    const angle = (Math.PI * 2 * Math.floor(i / 2)) / POINTS;
    return radius(question) * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  }),
);
const answers = await Promise.all(questions.map((points) => model.inside(points)));
const right = answers.filter((odds, question) =>
  odds.every((probability) => probability > 0.5 === radius(question) < 1),
);
console.log(
  `${right.length} of ${QUESTIONS} questions of ${POINTS} points answered right, all by one object`,
);

await model.$free();
console.log(`objects left in Python: ${pool.stats().residents}`);
await pool.close();
