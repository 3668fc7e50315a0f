// Runs before any script of the page. A request to our own scheme whose body is a Blob, or holds one, ends the whole
// app in WebKitGTK (a crash in webkit_uri_scheme_request_get_http_body), the gateway with it. Such a body is refused
// here with an error that names the way out, so that a slip in the page costs one request only.
(() => {
  const check = body => {
    const kinds = [Blob, FormData, ReadableStream]
    if (kinds.some(kind => body instanceof kind)) {
      throw new TypeError('this window sends strings and ArrayBuffers only: use await file.arrayBuffer()')
    }
  }
  const { fetch, Request, XMLHttpRequest, navigator } = window
  window.fetch = async (input, init) => {
    check(init?.body)
    return fetch(input, init)
  }
  window.Request = class extends Request {
    constructor(input, init) {
      check(init?.body)
      super(input, init)
    }
  }
  const { send } = XMLHttpRequest.prototype
  XMLHttpRequest.prototype.send = function (body) {
    check(body)
    return send.call(this, body)
  }
  const beacon = navigator.sendBeacon?.bind(navigator)
  navigator.sendBeacon = (url, body) => {
    check(body)
    return beacon?.(url, body) ?? false
  }
})()
