// The model that a panel's view.js expects (get, set, save_changes, send, on, off), without a kernel behind it.

/** A subclass answers in `changed(names)`, after the view has saved these, and in `received(message, buffers)`. */
export class Model {
  constructor(values) {
    this.values = { error: "", ...values };
    this.listeners = new Map();
    this.unsaved = new Set();
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    this.values[name] = value;
    this.unsaved.add(name);
    this.emit(`change:${name}`);
  }

  // A kernel answers later, and the views count on it
  save_changes() {
    const names = [...this.unsaved];
    this.unsaved.clear();
    queueMicrotask(() => this.guard(() => this.changed(names)));
  }

  send(message, callbacks, buffers = []) {
    queueMicrotask(() => this.guard(() => this.received(message, buffers)));
  }

  on(event, listener) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  off(event, listener) {
    this.listeners.set(event, (this.listeners.get(event) ?? []).filter((other) => other !== listener));
  }

  emit(event, detail) {
    for (const listener of this.listeners.get(event) ?? []) listener(detail);
  }

  /** Set what the view shows: all of it, before any of it is drawn. */
  put(values) {
    Object.assign(this.values, values);
    for (const name of Object.keys(values)) this.emit(`change:${name}`);
  }

  /** Send the view a message. */
  tell(message) {
    this.emit("msg:custom", message);
  }

  /** Do what the reader asked for; an error becomes a sentence in the panel. */
  async guard(task) {
    if (this.values.error) this.put({ error: "" });
    try {
      await task();
    } catch (error) {
      this.put({ error: error.message || String(error) });
    }
    this.tell({ heard: true });
  }

  changed() {}

  received() {}
}
