"use strict";
/* The status page. Shows what the controller says and how old that is; decides nothing. */

const STALE_AFTER_MS = 3500;
const RECONNECT_MS = [500, 1000, 2000, 5000, 10000];
const MOST_HITS = 30;
const CSRF_COOKIE = /(?:^|; )(?:__Host-)?zhadao-csrf=([^;]*)/;
const SESSION_OVER = "登录已失效，请重新登录。The session has ended: sign in again.";

const byId = (id) => document.getElementById(id);
const state = {
  signedIn: false, refreshing: null, socket: null, retry: 0, tries: 0, heardAt: 0,
  zone: "Asia/Shanghai", assets: [], target: null,
};

/* -- small helpers ------------------------------------------------------------------------------------------- */

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function bilingual(tag, chinese, english) {
  const made = element(tag, chinese + " ");
  made.append(element("span", english, "en"));
  return made;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const number = (value, digits) => (value === null || value === undefined ? "—" : value.toFixed(digits));
const atClock = (iso) => new Date(iso).toLocaleTimeString("zh-CN", { timeZone: state.zone, hourCycle: "h23" });
const atDay = (iso) => new Date(iso).toLocaleDateString("sv-SE", { timeZone: state.zone });
const atMoment = (iso) => `${atDay(iso).slice(5)} ${atClock(iso)}`;

/* The session is in cookies no script can read; this one shows that it is the page itself that asks. */
const csrf = () => (CSRF_COOKIE.exec(document.cookie) || ["", ""])[1];

function send(path, options = {}) {
  const headers = options.method ? { "X-CSRF-Token": csrf() } : {};
  if (options.body) headers["Content-Type"] = "application/json";
  return fetch(path, { ...options, headers, credentials: "same-origin" });
}

async function ask(path, options = {}) {
  let answer = await send(path, options);
  if (answer.status === 401 && (await refreshed())) answer = await send(path, options);
  const body = await answer.json().catch(() => ({}));
  if (answer.status === 401) signOut(SESSION_OVER);
  if (!answer.ok) throw new Error(body.message || `HTTP ${answer.status}`);
  return body;
}

/* -- signing in ---------------------------------------------------------------------------------------------- */

/* Whether there is a fresh session now. A refresh works once, so everybody waits for the one under way. */
function refreshed() {
  if (!csrf()) return Promise.resolve(false);
  state.refreshing ??= send("/api/v1/refresh", { method: "POST" })
    .then((answer) => answer.ok, () => false)
    .finally(() => { state.refreshing = null; });
  return state.refreshing;
}

/* Nothing of the city stays on the page of somebody who is no longer signed in. */
function signOut(said) {
  state.signedIn = false;
  byId("new-password").hidden = true;
  hangUp();
  state.assets = [];
  state.target = null;
  byId("search").value = "";
  byId("hits").replaceChildren();
  byId("why").replaceChildren();
  byId("alarms").tBodies[0].replaceChildren();
  setText(byId("site"), "");
  setText(byId("clock"), "");
  setText(byId("who"), "");
  byId("city").hidden = true;
  byId("stale").hidden = true;
  byId("sign-out").hidden = true;
  byId("sign-in").hidden = false;
  setText(byId("age"), "");
  setText(byId("sign-in-said"), said || "");
  byId("name").focus();
}

function leave() {
  if (state.signedIn) send("/api/v1/sign-out", { method: "POST" }).catch(() => {});
  signOut("");
}

async function signIn(event) {
  event.preventDefault();
  const body = JSON.stringify({ name: byId("name").value.trim(), secret: byId("secret").value, cookies: true });
  const said = byId("sign-in-said");
  try {
    const answer = await send("/api/v1/sign-in", { method: "POST", body });
    const given = await answer.json();
    if (!answer.ok) {
      setText(said, `未能登录 Not signed in: ${given.message}`);
      return;
    }
    byId("secret").value = "";
    setText(said, "");
    if (given.password_needed) {
      byId("sign-in").hidden = true;
      byId("new-password").hidden = false;
      byId("password").focus();
      return;
    }
    begin();
  } catch {
    setText(said, "控制器没有应答。The controller does not answer.");
  }
}

/* Signed in by a one-time code: good for nothing but setting a password, and then signing in with it. */
async function setPassword(event) {
  event.preventDefault();
  const said = byId("new-password-said");
  const password = byId("password").value;
  if (password !== byId("password-again").value) {
    setText(said, "两次输入不一致。The two are not the same.");
    return;
  }
  try {
    const answer = await send("/api/v1/password", { method: "POST", body: JSON.stringify({ password }) });
    if (!answer.ok) {
      setText(said, `未能设置 Not set: ${(await answer.json()).message}`);
      return;
    }
    byId("password").value = byId("password-again").value = "";
    setText(said, "");
    signOut("口令已设置，请用它登录。The password is set: sign in with it.");
  } catch {
    setText(said, "控制器没有应答。The controller does not answer.");
  }
}

/* -- the live stream ----------------------------------------------------------------------------------------- */

async function begin() {
  const me = await ask("/api/v1/me").catch(() => null);
  if (!me || me.password_needed) {
    signOut(byId("sign-in-said").textContent);
    return;
  }
  state.signedIn = true;
  setText(byId("who"), me.person || me.actor);
  byId("who").title = me.grants.map((grant) => `${grant.role} ${grant.scope}`).join("\n");
  byId("sign-in").hidden = true;
  byId("city").hidden = false;
  byId("sign-out").hidden = false;
  state.heardAt = performance.now();
  state.tries = 0;
  connect();
}

function hangUp() {
  clearTimeout(state.retry);
  const socket = state.socket;
  state.socket = null;
  if (socket) socket.close();
}

function connect() {
  hangUp();
  if (!state.signedIn) return;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/api/v1/live`, "zhadao.live.v1");
  state.socket = socket;
  socket.onmessage = (message) => {
    if (state.socket === socket) heard(JSON.parse(message.data));
  };
  socket.onclose = (end) => {
    if (state.socket !== socket) return;
    if (end.code === 4401) {
      refreshed().then((ok) => (ok ? connect() : signOut(SESSION_OVER)));
      return;
    }
    if (end.code === 4403) {
      signOut(`无权查看。Not allowed: ${end.reason}`);
      return;
    }
    state.retry = setTimeout(connect, RECONNECT_MS[Math.min(state.tries++, RECONNECT_MS.length - 1)]);
  };
}

function heard(message) {
  if (message.type === "hello") {
    state.tries = 0;
    loadAssets();
    loadAlarms();
    if (state.target) explain(state.target);
  }
  if (message.type === "overview") {
    state.heardAt = performance.now();
    showOverview(message.overview);
  }
  if (message.type === "changes") noteChanges(message.changes);
}

/* Runs the work at once, and however often it is asked for, at most once a second. */
function calmly(work) {
  let resting = false;
  let again = false;
  return function run() {
    again = resting;
    if (resting) return;
    resting = true;
    work();
    setTimeout(() => {
      resting = false;
      if (again) run();
    }, 1000);
  };
}

const alarmsChanged = calmly(() => loadAlarms());
const targetChanged = calmly(() => state.target && explain(state.target));

function noteChanges(changes) {
  if (changes.some((change) => change.kind === "alarm")) alarmsChanged();
  const mine = changes.some((change) => {
    const subject = change.subject;
    return state.target && (subject === state.target || state.target.startsWith(subject + "/") || subject.startsWith(state.target));
  });
  if (mine) targetChanged();
}

function watchAge() {
  if (!state.signedIn) return;
  const ageMs = performance.now() - state.heardAt;
  setText(byId("age"), `${(ageMs / 1000).toFixed(0)} s`);
  const stale = ageMs > STALE_AFTER_MS;
  byId("stale").hidden = !stale;
  byId("city").classList.toggle("stale", stale);
  if (stale) {
    setText(byId("stale"), `数据已过时 ${(ageMs / 1000).toFixed(0)} 秒，不代表现状。 Stale: nothing heard from the controller for ${(ageMs / 1000).toFixed(0)} s.`);
  }
}

/* -- what is shown ------------------------------------------------------------------------------------------- */

function showOverview(now) {
  state.zone = now.timezone;
  setText(byId("site"), now.site);
  byId("drill").hidden = !now.drill;
  setText(byId("drill"), now.drill);
  document.title = now.drill ? `${now.drill.slice(0, 10)} 闸刀 zhadao` : "闸刀 zhadao";
  const speed = now.speed === 1 ? "" : ` ×${now.speed} 演示 demo`;
  setText(byId("clock"), `${atDay(now.now)} ${atClock(now.now)}${speed}`);
  const lights = now.lighting;
  const known = lights.circuits - lights.circuits_unknown;
  const share = lights.lamps > lights.lamps_unknown ? `${((100 * lights.lamps_on) / lights.lamps).toFixed(1)} %` : "—";
  showNumbers([
    ["亮灯率", "lamps proven on", share],
    ["亮灯数", "lamps on", `${known ? lights.lamps_on : "—"} / ${lights.lamps}`],
    ["状态不明", "lamps unknown", lights.lamps_unknown, lights.lamps_unknown ? "warn" : ""],
    ["回路 亮/灭", "circuits on/off", known ? `${lights.circuits_on} / ${lights.circuits_off}` : "— / —"],
    ["与指令不符", "circuits disagree", known ? lights.circuits_disagree : "—", lights.circuits_disagree ? "bad" : ""],
    ["照明功率", "lighting power", known ? `${lights.circuits_unknown ? "≥ " : ""}${number(lights.power_kw, 1)} kW` : "—"],
    ["设备在线", "devices online", `${now.devices_online} / ${now.devices}`, now.devices_online < now.devices ? "warn" : ""],
    ["未确认告警", "unacknowledged", now.alarms_unacknowledged, now.alarms_unacknowledged ? "bad" : ""],
    ["有效指令", "leases", now.leases],
    ["日志", "journal", now.journal_ok ? "正常 ok" : "写入失败 failing", now.journal_ok ? "" : "bad"],
    ["就绪", "ready", now.ready ? "是 yes" : "首次读取中 reading", now.ready ? "" : "warn"],
  ]);
  showRows(byId("stations"), now.stations.map((s) => [
    [s.name, "short", s.id], [s.mode, s.mode === "unknown" ? "short warn" : "short"], [s.order, "short"],
    [`${s.running === null ? "—" : s.running} / ${s.units}`, s.running === null ? "n warn" : "n"],
    [number(s.inner_level_m, 2), "n"], [number(s.outer_level_m, 2), "n"], quality(s.quality),
  ]));
  showRows(byId("gauges"), now.gauges.map(([id, name, value, unit, trust]) => [
    [name, "", id], [number(value, 2), "n"], [unit], quality(trust),
  ]));
}

const QUALITIES = {
  GOOD: ["良好 good", "short"], UNCERTAIN: ["存疑 uncertain", "short warn"], BAD: ["坏值 bad", "short bad"],
};
const quality = (word) => QUALITIES[word] || [word, "short warn"];

function showNumbers(entries) {
  const list = byId("numbers");
  if (list.childElementCount !== entries.length) {
    list.replaceChildren(...entries.map(([chinese, english]) => {
      const box = element("div");
      box.append(bilingual("dt", chinese, english), element("dd"));
      return box;
    }));
  }
  entries.forEach(([, , value, className], index) => {
    const cell = list.children[index].lastElementChild;
    setText(cell, String(value));
    cell.className = className || "";
  });
}

/* Cells are [text, class, title]. */
function showRows(table, rows) {
  const body = table.tBodies[0];
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((cells, r) => {
    const row = body.rows[r] || body.insertRow();
    cells.forEach(([text, className, title], c) => {
      const cell = row.cells[c] || row.insertCell();
      setText(cell, text);
      cell.className = className || "";
      cell.title = title || "";
    });
  });
}

async function loadAlarms() {
  const alarms = await ask("/api/v1/alarms").catch(() => null);
  if (!alarms) return;
  const table = byId("alarms");
  byId("no-alarms").hidden = alarms.length > 0;
  table.hidden = alarms.length === 0;
  table.tBodies[0].replaceChildren(...alarms.map(alarmRow));
}

const ALARM_STATES = { UNACK: "未确认 unseen", ACKED: "已确认 seen", RTNUN: "已恢复 gone, unseen", LATCHED: "待复位 latched" };

function alarmRow(alarm) {
  const row = element("tr");
  const colour = alarm.state === "ACKED" ? "" : alarm.priority <= 2 ? "bad" : "warn";
  row.append(
    element("td", String(alarm.priority), colour), element("td", atMoment(alarm.raised), "short"),
    element("td", alarm.source, "short"), element("td", alarm.text, "text"),
    element("td", ALARM_STATES[alarm.state] || alarm.state, `short ${colour}`),
  );
  const cell = element("td");
  if (alarm.state !== "ACKED" && !(alarm.state === "LATCHED" && alarm.acknowledged_by)) {
    const button = bilingual("button", "确认", "ack");
    button.type = "button";
    button.onclick = () => ask(`/api/v1/alarms/${encodeURIComponent(alarm.id)}/acknowledge`, { method: "POST" }).then(loadAlarms, loadAlarms);
    cell.append(button);
  }
  row.append(cell);
  return row;
}

/* -- find and explain ---------------------------------------------------------------------------------------- */

async function loadAssets() {
  const assets = await ask("/api/v1/assets").catch(() => null);
  if (!assets) return;
  state.assets = assets;
  search();
}

function search() {
  const words = byId("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const targets = words.length ? matching(words) : [];
  byId("hits").replaceChildren(...targets.slice(0, MOST_HITS).map(hit));
  const total = targets.length;
  setText(byId("found"), !words.length ? `${state.assets.length} 个设施 assets` : `${total} 项 found${total > MOST_HITS ? `，显示 ${MOST_HITS} shown` : ""}`);
}

function matching(words) {
  const found = [];
  for (const asset of state.assets) {
    const about = `${asset.id} ${asset.name} ${asset.division} ${asset.kind}`.toLowerCase();
    for (const output of asset.outputs) {
      const text = `${about} ${output.target} ${output.name}`.toLowerCase();
      if (words.every((word) => text.includes(word))) found.push([output.target, output.name.startsWith(asset.name) ? output.name : `${asset.name} · ${output.name}`]);
    }
  }
  return found;
}

function hit([target, name]) {
  const item = element("li");
  const button = element("button", `${target}  ${name}`);
  button.type = "button";
  button.setAttribute("aria-current", String(target === state.target));
  button.onclick = () => {
    explain(target);
    search();
  };
  item.append(button);
  return item;
}

async function explain(target) {
  state.target = target;
  const place = byId("why");
  try {
    const why = await ask("/api/v1/explain/" + target.split("/").map(encodeURIComponent).join("/"));
    if (state.target === target) place.replaceChildren(...explanation(why));
  } catch (error) {
    if (state.target === target) place.replaceChildren(element("p", error.message, "bad"));
  }
}

function explanation(why) {
  const agreeing = { true: ["与指令相符 as wanted", ""], false: ["与指令不符 not as wanted", "bad"], null: ["未知 unknown", "warn"] };
  const free = why.agrees === null && ["auto", "hold"].includes(why.wanted) && !why.actual.startsWith("unknown");
  const [verdict, colour] = free ? ["无可比较 nothing to compare", ""] : agreeing[String(why.agrees)];
  const parts = [
    element("h3", `${why.target} ${why.name}`), element("p", why.text_zh), element("p", why.text_en, "en"),
    element("p", `应为 wanted ${why.wanted} · 实为 actual ${why.actual} · ${verdict}`, colour),
    element("p", `${why.phase} · 通信 link ${why.link}`, "quiet"),
    bilingual("h4", "优先级", "who wins, who is masked"), list([why.winner, ...why.masked].map(slotText)),
  ];
  if (why.interlocks.length) parts.push(bilingual("h4", "联锁", "interlocks"), list(why.interlocks.map((i) => `${i.id} ${i.ruling} ${i.cause}: ${i.reason}`)));
  if (why.after_leases.length) parts.push(bilingual("h4", "指令到期后", "when leases end"), list(why.after_leases));
  return parts;
}

function slotText(slot) {
  const until = slot.expires ? `，至 until ${atMoment(slot.expires)}` : "";
  return `${slot.slot} ${slot.name}: ${slot.value} — ${slot.owner} ${slot.reason}${until}`;
}

function list(texts) {
  const made = element("ul");
  made.append(...texts.map((text) => element("li", text)));
  return made;
}

/* -- begin --------------------------------------------------------------------------------------------------- */

byId("sign-in").addEventListener("submit", signIn);
byId("new-password").addEventListener("submit", setPassword);
byId("sign-out").addEventListener("click", leave);
byId("search").addEventListener("input", search);
setInterval(watchAge, 500);
if (csrf()) begin();
else signOut("");
