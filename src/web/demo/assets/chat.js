// Makes the page livelier: messages come by themselves, and sending does not reload the page.
// Every word it shows stands in the page already.
'use strict';

(() => {
  const page = document.body.dataset;
  const byId = (id) => document.getElementById(id);
  const messages = byId('messages');
  const composer = byId('composer');
  const text = byId('text');
  const send = byId('send');
  const toast = byId('toast');
  const newest = byId('newest');
  const answerTo = byId('answer-to');
  const answering = byId('answering');
  const here = new URLSearchParams({ ai: page.who, phong: page.roomOpen });
  const TOAST_MS = 4000;
  // Beyond a glance, reading takes about this long a letter.
  const GLANCE = 80;
  const LETTER_MS = 40;
  // Whoever has scrolled further up than this is reading, and is not pulled away.
  const NEAR = 250;

  // Messages

  const isNearEnd = () => messages.scrollHeight - messages.scrollTop - messages.clientHeight < NEAR;

  const toEnd = () => {
    messages.scrollTop = messages.scrollHeight;
    newest.hidden = true;
  };

  // Takes over what is different, part by part: the focus, the scroll and the screen reader's place
  // stay where they are.
  const takeOver = (html) => {
    const fresh = new DOMParser().parseFromString(html, 'text/html').body;
    const old = new Map([...messages.children].map((part) => [part.dataset.key, part]));
    const added = [];
    let before = null;
    for (const part of [...fresh.children]) {
      let kept = old.get(part.dataset.key);
      old.delete(part.dataset.key);
      if (!kept) {
        kept = document.adoptNode(part);
        added.push(kept);
      } else if (!kept.isEqualNode(part)) {
        kept = replace(kept, document.adoptNode(part));
      }
      const place = before ? before.nextElementSibling : messages.firstElementChild;
      if (place !== kept) messages.insertBefore(kept, place);
      before = kept;
    }
    for (const part of old.values()) part.remove();
    return added;
  };

  const replace = (old, fresh) => {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(fresh);
    if (focused) {
      const same = focused.dataset.choice
        ? fresh.querySelector(`[data-choice="${CSS.escape(focused.dataset.choice)}"]`)
        : fresh.querySelector('.reply');
      (same || messages).focus({ preventScroll: true });
    }
    return fresh;
  };

  let reading = false;
  let readAgain = false;
  const refresh = async () => {
    if (reading) {
      readAgain = true;
      return;
    }
    reading = true;
    try {
      do {
        readAgain = false;
        const answer = await fetch(`${page.place}/tin?${here}`);
        if (!answer.ok) break;
        const html = await answer.text();
        const wasNearEnd = isNearEnd();
        const added = takeOver(html).filter((part) => part.dataset.messageId);
        if (wasNearEnd || added.some((part) => part.dataset.from === 'own')) toEnd();
        else if (added.length > 0) newest.hidden = false;
      } while (readAgain);
    } catch {
      // The stream of events notices the same and says so.
    } finally {
      reading = false;
    }
  };

  newest.addEventListener('click', () => {
    toEnd();
    messages.focus();
  });
  messages.addEventListener('scroll', () => {
    if (isNearEnd()) newest.hidden = true;
  });

  // What is answered

  const answer = (id, who, excerpt) => {
    answerTo.value = id;
    answering.querySelector('strong').textContent = who;
    answering.querySelector('span').textContent = excerpt;
    answering.hidden = !id;
  };

  const answerLink = (link) => answer(link.dataset.reply, link.dataset.answering, link.dataset.excerpt);

  byId('cancel').addEventListener('click', (event) => {
    event.preventDefault();
    answer('', '', '');
    text.focus();
  });

  messages.addEventListener('click', (event) => {
    const link = event.target.closest('.reply');
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    answerLink(link);
    text.focus();
  });

  // Sending

  const post = async (form, submitter) => {
    const fields = new URLSearchParams(new FormData(form));
    if (submitter && submitter.name) fields.set(submitter.name, submitter.value);
    try {
      const answer = await fetch(form.action, { method: 'POST', body: fields, headers: { 'X-Requested-With': 'fetch' } });
      if (answer.ok) return true;
      say(await answer.text(), true);
    } catch {
      say(page.notSent, true);
    }
    return false;
  };

  const busy = async (button, work) => {
    if (button.hasAttribute('aria-busy')) return;
    button.setAttribute('aria-busy', 'true');
    try {
      await work();
    } finally {
      button.removeAttribute('aria-busy');
    }
  };

  composer.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!text.value.trim()) {
      text.focus();
      return;
    }
    busy(send, async () => {
      const sent = text.value;
      const answered = answerTo.value;
      if (!(await post(composer, null))) return;
      // What was typed meanwhile belongs to the next message.
      if (text.value.startsWith(sent)) text.value = text.value.slice(sent.length);
      if (answerTo.value === answered) answer('', '', '');
      text.focus();
      refresh();
    });
  });

  text.addEventListener('keydown', (event) => {
    // While a Vietnamese keyboard still puts a letter together, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    composer.requestSubmit();
  });

  messages.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button) busy(button, () => post(event.target, button));
  });

  const mention = byId('mention');
  if (mention) {
    mention.hidden = false;
    mention.addEventListener('click', () => {
      const name = mention.dataset.mention;
      if (!text.value.includes(name)) text.value = `${name} ${text.value}`;
      text.focus();
    });
  }

  // Things to try: in this room without a new page

  const tryIt = (link) => {
    const narrow = link.closest('details');
    if (narrow) narrow.open = false;
    const board = messages.querySelector('[data-board]');
    if (link.dataset.draft === undefined) {
      const button = board && board.querySelector('[data-choice]');
      if (!button) return;
      board.scrollIntoView({ block: 'nearest' });
      button.focus();
      return;
    }
    const reply = link.dataset.answers && board ? board.querySelector('.reply') : null;
    if (reply) answerLink(reply);
    else answer('', '', '');
    text.value = link.dataset.draft;
    text.focus();
  };

  document.addEventListener('click', (event) => {
    const link = event.target.closest('[data-try]');
    if (!link || link.dataset.try !== page.roomOpen || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    tryIt(link);
  });

  // The answer to a tap

  const close = toast.querySelector('button');
  let closing = 0;
  let cameFrom = null;

  const hush = () => {
    clearTimeout(closing);
    const hadFocus = toast.contains(document.activeElement);
    toast.hidden = true;
    if (hadFocus) (cameFrom && cameFrom.isConnected ? cameFrom : text).focus();
  };

  const say = (words, alert) => {
    if (!words) return;
    clearTimeout(closing);
    if (!toast.contains(document.activeElement)) cameFrom = document.activeElement;
    toast.hidden = false;
    toast.classList.toggle('alert', alert);
    close.hidden = !alert;
    toast.querySelector('p').textContent = words;
    if (alert) close.focus();
    else closing = setTimeout(hush, TOAST_MS + Math.max(0, words.length - GLANCE) * LETTER_MS);
  };

  close.addEventListener('click', hush);
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    if (!toast.hidden) {
      hush();
      return;
    }
    const opened = event.target.closest('details[open]');
    if (!opened) return;
    opened.open = false;
    opened.querySelector('summary').focus();
  });

  // What happens elsewhere

  const markNews = (chat) => {
    const news = document.querySelector(`[data-room="${CSS.escape(chat)}"] .news`);
    if (news) news.hidden = false;
  };

  let events = null;
  const listen = () => {
    if (events) return;
    events = new EventSource(`${page.place}/su-kien?ai=${encodeURIComponent(page.who)}`);
    events.addEventListener('open', () => {
      byId('offline').hidden = true;
      refresh();
    });
    events.addEventListener('error', () => {
      byId('offline').hidden = false;
    });
    events.addEventListener('message', (event) => {
      const happened = JSON.parse(event.data);
      if (happened.kind === 'toast') say(happened.text, happened.alert);
      else if (happened.kind === 'room' && happened.chat !== page.roomOpen) markNews(happened.chat);
      else refresh();
    });
  };
  const stopListening = () => {
    if (events) events.close();
    events = null;
  };
  // A browser keeps about six connections to one place: a page behind others gives its own back,
  // and reads the room anew when it is looked at again.
  const listenWhenSeen = () => (document.hidden ? stopListening() : listen());
  document.addEventListener('visibilitychange', listenWhenSeen);
  addEventListener('pagehide', stopListening);
  addEventListener('pageshow', listenWhenSeen);
  listenWhenSeen();

  // Where a link led: to the board (the browser goes there by itself), or to words that are ready to
  // be sent. Once there, the address is the room's own again: reloading must not write them anew.
  const target = location.hash.length > 1 ? byId(decodeURIComponent(location.hash.slice(1))) : null;
  if (!target || !messages.contains(target)) toEnd();
  if (target === text) {
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  }
  if (location.search !== `?${here}`) history.replaceState(null, '', `${page.place}?${here}`);
})();
