export { commitPosts } from "./commit.js";
export { writeDigest } from "./digest.js";
export { type PublishOptions, publish, writeAtOnce } from "./post-file.js";
