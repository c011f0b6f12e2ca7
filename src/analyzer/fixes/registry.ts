/** Which fixes each rule has, the first that fits first. A rule without one is repaired by people. */
import { defaultArgument } from "./default-argument.js";
import { existOk } from "./exist-ok.js";
import type { Fixer } from "./fix.js";
import { getDefault } from "./get-default.js";
import { localCopy } from "./local-copy.js";
import { noSuppression } from "./no-suppression.js";
import { popDefault } from "./pop-default.js";
import { setDefault } from "./set-default.js";
import { copyArgument, listSnapshot } from "./snapshot.js";
import { waitLoop } from "./wait-loop.js";
import { withLock } from "./with-lock.js";

/** By the code of the rule. */
export const FIXERS: Readonly<Record<string, readonly Fixer[]>> = {
  NG099: [noSuppression],
  NG105: [setDefault, popDefault, getDefault],
  NG109: [localCopy],
  NG110: [popDefault],
  NG111: [listSnapshot],
  NG111b: [listSnapshot],
  NG122: [getDefault],
  NG205: [copyArgument],
  NG314: [existOk],
  NG401: [withLock],
  NG410: [waitLoop],
  NG502: [defaultArgument],
};
