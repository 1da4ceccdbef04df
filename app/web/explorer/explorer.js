"use strict";

// The page's own script: who is asking, and GraphiQL asking as them. Served as a file, since the page's policy allows
// no script in the page itself. React and GraphiQL are globals of the scripts before this one.

const { createElement } = React;
const { useEditorContext, useExecutionContext } = GraphiQL.React;

const keyField = document.querySelector("#key");
const personField = document.querySelector("#person");
const aboutText = document.querySelector("#about");

// For this browser tab only, so that keys are not left behind and two tabs can ask as two people.
const KEY_ITEM = "bailiwick:key";
// GraphiQL's own item that holds its tabs.
const TABS_ITEM = "graphiql:tabState";
const OWN_KEY = "";

// What GraphiQL's dialogs put on the <style> elements they make, see content_security_policy.
window.__webpack_nonce__ = document.querySelector("link[nonce]").nonce;

async function read(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

// --- Who is asking: whoever the key in the field belongs to. Nothing else holds it.

function key() {
  return keyField.value.trim().replace(/^Bearer\s+/i, "");
}

function asker(people) {
  const person = people.find((one) => one.key === key());
  if (person) return person;
  if (key() === "") return { name: "nobody", about: "without a key", key: OWN_KEY };
  return { name: "the key's owner", about: "", key: OWN_KEY };
}

function showAsker(people) {
  const { name, about, key: personKey } = asker(people);
  const others = personField.querySelector(`option[value="${OWN_KEY}"]`);
  others.textContent = personKey === OWN_KEY ? name : "my own key";
  personField.value = personKey;
  personField.title = about;
  aboutText.textContent = about;
  sessionStorage.setItem(KEY_ITEM, key());
}

function setUpAsker(people) {
  personField.append(...people.map(({ name, key: personKey }) => new Option(name, personKey)));
  personField.append(new Option("", OWN_KEY));
  personField.disabled = people.length === 0;
  keyField.value = sessionStorage.getItem(KEY_ITEM) ?? people[0]?.key ?? "";
  keyField.addEventListener("input", () => showAsker(people));
  personField.addEventListener("change", () => {
    keyField.value = personField.value;
    if (personField.value === OWN_KEY) keyField.focus();
    showAsker(people);
  });
  showAsker(people);
}

// --- GraphiQL

// Tab id -> name of who its answer was given to: answers stay in their tabs when the asker changes.
const askedAs = new Map();
let activeTab = null;

function AskedAs() {
  const { tabs, activeTabIndex } = useEditorContext({ nonNull: true });
  useExecutionContext({ nonNull: true }); // shown anew when a query starts and ends
  activeTab = tabs[activeTabIndex].id;
  const name = askedAs.get(activeTab);
  return name ? createElement("span", { id: "asked-as" }, "Asked as ", createElement("b", null, name)) : null;
}

function fetcherFor(people) {
  const ask = GraphiQL.createFetcher({ url: document.body.dataset.graphql });
  return (params, options) => {
    if (params.operationName !== "IntrospectionQuery") askedAs.set(activeTab, asker(people).name);
    const credential = key() ? { Authorization: `Bearer ${key()}` } : {};
    return ask(params, { ...options, headers: { ...options?.headers, ...credential } });
  };
}

function tabOf({ title, query, variables }) {
  const comment = title.replace(/^|(?<=[.?]) /g, (start) => (start ? "\n# " : "# ")); // a line for each sentence
  return { query: `${comment}\n${query.trim()}\n`, variables: variables || null };
}

async function start() {
  const { people: peopleUrl } = document.body.dataset;
  const [people, examples] = await Promise.all([peopleUrl ? read(peopleUrl) : [], read("/explorer/examples.json")]);
  setUpAsker(people);
  document.querySelector("#restore").addEventListener("click", () => {
    localStorage.removeItem(TABS_ITEM);
    location.reload();
  });
  const explorer = createElement(
    GraphiQL,
    {
      fetcher: fetcherFor(people),
      defaultTabs: examples.map(tabOf),
      isHeadersEditorEnabled: false, // the key has one place, and history would keep it
      shouldPersistHeaders: false,
    },
    createElement(GraphiQL.Logo, null, createElement(React.Fragment)),
    createElement(GraphiQL.Footer, null, createElement(AskedAs)),
  );
  ReactDOM.createRoot(document.querySelector("#explorer")).render(explorer);
}

start().catch((error) => {
  document.querySelector("#explorer").textContent = `The explorer could not start: ${error.message}`;
});
