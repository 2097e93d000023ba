import Foundation

/// A headless Chromium that a test speaks to over the DevTools protocol, by the two pipes of `--remote-debugging-pipe`.
final class Chromium {
  /// The browser, or nil; a test that needs it is then skipped by name.
  static let program: String? = ["chromium", "chromium-browser", "google-chrome"].lazy
    .flatMap { name in ["/usr/bin/\(name)", "/usr/local/bin/\(name)", "/snap/bin/\(name)"] }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
  static var present: Bool { program != nil }

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// What the page said on its console, and what went wrong in it.
  private(set) var complaints: [String] = []
  /// Addresses that were asked for.
  private(set) var requests: [String] = []

  let folder: URL
  private let process = Process()
  private let input: FileHandle
  private let output: FileHandle
  private var buffer = Data()
  private var number = 0
  private var session: String?

  init() throws {
    guard let program = Self.program else { throw Failure(description: "no Chromium") }
    folder = FileManager.default.temporaryDirectory.appending(path: "mi-bus-report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let (to, from) = (folder.appending(path: "to").path, folder.appending(path: "from").path)
    guard mkfifo(to, 0o600) == 0, mkfifo(from, 0o600) == 0 else { throw Failure(description: "no pipes") }
    // The browser talks on descriptors 3 and 4, which only a shell can hand over. What it leaves behind goes with the
    // folder.
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c",
      """
      export TMPDIR="$1"
      exec "$0" --headless=new --no-sandbox --disable-gpu --no-first-run --hide-scrollbars --remote-debugging-pipe \
      --user-data-dir="$1/profile" about:blank 3<"$1/to" 4>"$1/from" >/dev/null 2>&1
      """, program, folder.path,
    ]
    try process.run()
    input = try FileHandle(forWritingTo: URL(filePath: to))
    output = try FileHandle(forReadingFrom: URL(filePath: from))
    let target = try call("Target.createTarget", ["url": "about:blank"])["targetId"] ?? ""
    let attached = try call("Target.attachToTarget", ["targetId": target, "flatten": true])
    session = attached["sessionId"] as? String
    for domain in ["Page", "Runtime", "Log", "Network"] { try call("\(domain).enable") }
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Opens a page of these bytes and waits until it has loaded.
  func open(_ page: [UInt8], name: String = "report.html") throws {
    let file = folder.appending(path: name)
    try Data(page).write(to: file)
    try call("Page.navigate", ["url": file.absoluteString])
    _ = try evaluate("new Promise((done) => { if (document.readyState === 'complete') done(1); else onload = done; })")
    _ = try evaluate(Self.twoFrames)
  }

  static let twoFrames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))"

  /// The value of an expression in the page, awaited.
  func evaluate(_ expression: String) throws -> Any? {
    let answer = try call(
      "Runtime.evaluate", ["expression": expression, "awaitPromise": true, "returnByValue": true])
    if let details = answer["exceptionDetails"] { throw Failure(description: "\(details)") }
    return (answer["result"] as? [String: Any])?["value"]
  }

  /// A key as a person presses it.
  func press(_ key: String) throws {
    for kind in ["keyDown", "keyUp"] {
      try call("Input.dispatchKeyEvent", ["type": kind, "key": key, "text": key.count == 1 ? key : ""])
    }
    _ = try evaluate(Self.twoFrames)
  }

  func resize(width: Int, height: Int, scale: Double = 1) throws {
    try call(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 600])
  }

  /// - Parameter scheme: `light` or `dark`.
  func emulate(scheme: String) throws {
    try call(
      "Emulation.setEmulatedMedia",
      ["features": [["name": "prefers-color-scheme", "value": scheme]]])
    _ = try evaluate(Self.twoFrames)
  }

  /// The whole page as a PNG, into the folder of `MI_BUS_PICTURES` where that is set.
  func picture(_ name: String, whole: Bool = true) throws {
    guard let place = ProcessInfo.processInfo.environment["MI_BUS_PICTURES"] else { return }
    let answer = try call("Page.captureScreenshot", ["format": "png", "captureBeyondViewport": whole])
    guard let text = answer["data"] as? String, let data = Data(base64Encoded: text) else { return }
    try data.write(to: URL(filePath: place).appending(path: "\(name).png"))
  }

  /// The page on paper.
  func print(_ name: String) throws -> Data {
    let answer = try call("Page.printToPDF", ["printBackground": false, "preferCSSPageSize": true])
    let data = (answer["data"] as? String).flatMap { Data(base64Encoded: $0) } ?? Data()
    if let place = ProcessInfo.processInfo.environment["MI_BUS_PICTURES"] {
      try data.write(to: URL(filePath: place).appending(path: "\(name).pdf"))
    }
    return data
  }

  @discardableResult
  func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    number += 1
    var message: [String: Any] = ["id": number, "method": method, "params": parameters]
    if let session { message["sessionId"] = session }
    try input.write(contentsOf: try JSONSerialization.data(withJSONObject: message) + [0])
    while true {
      let answer = try next()
      if let id = answer["id"] as? Int {
        guard id == number else { continue }
        if let error = answer["error"] { throw Failure(description: "\(method): \(error)") }
        return answer["result"] as? [String: Any] ?? [:]
      }
      note(answer)
    }
  }

  private func note(_ event: [String: Any]) {
    let parameters = event["params"] as? [String: Any] ?? [:]
    switch event["method"] as? String {
    case "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded":
      complaints.append("\(parameters)")
    case "Network.requestWillBeSent":
      let request = parameters["request"] as? [String: Any]
      requests.append(request?["url"] as? String ?? "?")
    default: break
    }
  }

  private func next() throws -> [String: Any] {
    while true {
      if let end = buffer.firstIndex(of: 0) {
        let message = buffer[buffer.startIndex..<end]
        buffer = Data(buffer[(end + 1)...])
        return try JSONSerialization.jsonObject(with: Data(message)) as? [String: Any] ?? [:]
      }
      // The browser is silent for longer than a page takes: it hangs.
      var wait = pollfd(fd: output.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&wait, 1, 60_000) > 0 else { throw Failure(description: "Chromium does not answer") }
      let more = output.availableData
      guard !more.isEmpty else { throw Failure(description: "Chromium is gone") }
      buffer.append(more)
    }
  }
}
