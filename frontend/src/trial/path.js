/** Where tokens went and stand, worked out from what happened and what is drawn. Pure: no page, no server. */

/**
 * @typedef {{tag: string, attached?: string, called?: string}} Node
 * @typedef {{nodes: Record<string, Node>, flows: {id: string, source: string, target: string}[]}} Graph
 * @typedef {{case: string, process: string, callers: string[]}} Scope one run of one process: in which case, through which activities
 * @typedef {{done: Map<string, number>, seen: Map<string, number>, taken: Map<string, number>, open: Map<number, string>}} Traces
 * @typedef {{scope: Scope, flows: string[], to: string}} Hop a token goes along some flows to an element
 */

const PLACED = new Set(['element_passed', 'task_created', 'task_completed', 'task_cancelled', 'incident']);

export const scopeKey = (scope) => [scope.case, ...scope.callers].join('/');

/**
 * The flows that lead to an element from where a token was last, through gateways that leave no mark.
 *
 * @param {Graph} graph
 * @param {Map<string, number>} seen element → when it was last seen
 * @param {string} target
 * @returns {string[]} ids of flows, in the order in which they are taken
 */
export function flowsTo(graph, seen, target) {
  let best = null;
  const pending = [{ node: target, flows: [] }];
  const visited = new Set();
  while (pending.length) {
    const { node, flows } = pending.shift();
    for (const flow of graph.flows.filter((one) => one.target === node)) {
      const way = [flow.id, ...flows];
      const at = seen.get(flow.source);
      if (at !== undefined) {
        if (!best || at > best.at) best = { at, way };
      } else if (isGateway(graph.nodes[flow.source]) && !visited.has(flow.source)) {
        visited.add(flow.source);
        pending.push({ node: flow.source, flows: way });
      }
    }
  }
  return best?.way ?? [];
}

const isGateway = (node) => /Gateway$/.test(node?.tag ?? '');

/**
 * Follows the events of a trial.
 *
 * @param {(process: string) => Graph | undefined} graphOf
 */
export function createTraces(graphOf) {
  /** @type {Map<string, Traces & {scope: Scope}>} */
  const scopes = new Map();
  const processes = new Map(); // case → its process
  let clock = 0;

  function tracesOf(scope) {
    const key = scopeKey(scope);
    if (!scopes.has(key))
      scopes.set(key, {
        scope,
        done: new Map(),
        seen: new Map(),
        taken: new Map(),
        open: new Map(),
        failed: new Set(),
      });
    return scopes.get(key);
  }

  /** The process in which each activity around an event stands, outermost first. */
  function levels(event) {
    const found = [];
    let process = processes.get(event.case) ?? event.process;
    const callers = event.detail?.callers ?? [];
    callers.forEach((caller, depth) => {
      found.push({ scope: { case: event.case, process, callers: callers.slice(0, depth) }, element: caller });
      process = graphOf(process)?.nodes[caller]?.called || process;
    });
    return { around: found, scope: { case: event.case, process: event.process ?? process, callers } };
  }

  function reach(scope, element) {
    const traces = tracesOf(scope);
    const graph = graphOf(scope.process);
    const flows = graph ? flowsTo(graph, traces.seen, element) : [];
    for (const flow of flows) traces.taken.set(flow, (traces.taken.get(flow) ?? 0) + 1);
    traces.seen.set(element, (clock += 1));
    return { scope, flows, to: element };
  }

  /**
   * @param {any} event as the server tells it
   * @returns {Hop[]} what moved, in order
   */
  function follow(event) {
    if (event.event === 'case_started') processes.set(event.case, event.process);
    if (!event.element || !PLACED.has(event.event)) return [];
    const { around, scope } = levels(event);
    const traces = tracesOf(scope);
    const { element } = event;
    if (event.event === 'task_completed' || event.event === 'task_cancelled') {
      traces.open.delete(event.detail.task);
      traces.seen.set(element, (clock += 1));
      if (event.event === 'task_completed') count(traces, element);
      return [];
    }
    const hops = [];
    for (const level of around)
      if (!isInside(level.scope, level.element)) hops.push(enter(level.scope, level.element));
    if (event.event === 'task_created') {
      hops.push(reach(scope, element));
      traces.open.set(event.detail.task, element);
    } else if (event.event === 'incident') {
      hops.push(reach(scope, element));
      traces.failed.add(element);
    } else {
      const known = inside.get(`${scopeKey(scope)}/${element}`);
      if (!known) hops.push(reach(scope, element));
      leave(scope, element);
      traces.seen.set(element, (clock += 1));
      count(traces, element);
    }
    return hops;
  }

  // An activity that is entered is seen at once and passed when what is inside has ended.
  const inside = new Map();
  const isInside = (scope, element) => inside.has(`${scopeKey(scope)}/${element}`);
  function enter(scope, element) {
    inside.set(`${scopeKey(scope)}/${element}`, true);
    forget([...scope.callers, element], scope.case);
    return reach(scope, element);
  }
  function leave(scope, element) {
    inside.delete(`${scopeKey(scope)}/${element}`);
  }

  /** A new round inside an activity begins at its start again; what was taken before stays drawn. */
  function forget(callers, number) {
    const again = scopes.get(scopeKey({ case: number, callers }));
    if (again) again.seen.clear();
  }

  function count(traces, element) {
    traces.done.set(element, (traces.done.get(element) ?? 0) + 1);
  }

  /** The process that is drawn around so many activities of a scope. */
  function processAt(scope, depth) {
    let process = processes.get(scope.case) ?? scope.process;
    for (const caller of scope.callers.slice(0, depth))
      process = graphOf(process)?.nodes[caller]?.called || process;
    return process;
  }

  return { follow, tracesOf, processAt, scopes: () => [...scopes.values()], isInside };
}

/**
 * What is drawn, without the drawing.
 *
 * @param {Document} xml
 * @param {string} process
 * @returns {Graph}
 */
export function graphOf(xml, process) {
  const root = [...xml.getElementsByTagNameNS('*', 'process')].find(
    (one) => one.getAttribute('id') === process,
  );
  const graph = { nodes: {}, flows: [] };
  for (const one of root?.getElementsByTagName('*') ?? []) {
    const id = one.getAttribute('id');
    if (!id) continue;
    if (one.localName === 'sequenceFlow')
      graph.flows.push({ id, source: one.getAttribute('sourceRef'), target: one.getAttribute('targetRef') });
    else graph.nodes[id] = nodeOf(one);
  }
  for (const [id, node] of Object.entries(graph.nodes))
    if (node.attached) graph.flows.push({ id: `${id}:attached`, source: node.attached, target: id });
  return graph;
}

function nodeOf(one) {
  return {
    tag: one.localName,
    attached: one.getAttribute('attachedToRef') ?? undefined,
    called: one.getAttribute('calledElement') ?? undefined,
  };
}
