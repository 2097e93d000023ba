import ArgumentParser
import BusPrinter
import UartSniffer

/// `mi-bus ports`: which serial adapters there are, and whether they can be opened.
struct PortsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "ports", abstract: "List serial adapters.")

  @Flag(help: "One JSON object for each adapter.")
  var json = false

  func run() throws {
    let adapters = try SerialAdapter.all()
    var output = OutputStream.standard
    for adapter in adapters {
      if json { append(json: adapter, to: &output.buffer) } else { append(text: adapter, to: &output.buffer) }
    }
    try output.flush()
    if adapters.isEmpty {
      Messages.note("no serial adapter is plugged in; the built-in scooter needs none: mi-bus sniff sim:")
    }
  }

  private func append(text adapter: SerialAdapter, to out: inout TextBuffer) {
    out.append(string: adapter.path)
    let words = [adapter.vendor, adapter.product].compactMap(\.self).joined(separator: " ")
    if !words.isEmpty { out.append(string: "  \(words)") }
    if let driver = adapter.driver { out.append(string: "  (\(driver))") }
    out.append("\n")
    if let stable = adapter.stablePath { out.append(string: "    by id: \(stable)\n") }
    if let timer = adapter.latencyTimer { out.append(string: "    latency timer: \(timer) ms\n") }
    out.append(string: "    \(adapter.obstacle.map { "cannot be opened: \($0)" } ?? "can be opened")\n")
  }

  private func append(json adapter: SerialAdapter, to out: inout TextBuffer) {
    out.append("{\"kind\":\"port\",\"path\":")
    out.append(quoted: adapter.path)
    let texts: [(String, String?)] = [
      ("by_id", adapter.stablePath), ("vendor", adapter.vendor), ("product", adapter.product),
      ("vendor_id", adapter.vendorID), ("product_id", adapter.productID), ("serial", adapter.serial),
      ("driver", adapter.driver), ("obstacle", adapter.obstacle),
    ]
    for case (let key, let value?) in texts {
      out.append(string: ",\"\(key)\":")
      out.append(quoted: value)
    }
    if let timer = adapter.latencyTimer { out.append(string: ",\"latency_timer\":\(timer)") }
    out.append(string: ",\"usb\":\(adapter.isUSB),\"can_open\":\(adapter.obstacle == nil)}\n")
  }
}
