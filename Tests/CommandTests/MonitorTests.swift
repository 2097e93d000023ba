import Foundation
import TestSupport
import Testing
import UartSniffer

/// The monitor in a terminal of its own.
@Suite(.serialized) struct MonitorTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test("Rows appear, q ends it, and the terminal is as before")
  func quits() throws {
    let terminal = try Terminal(["monitor", "sim:displaydash"], in: scratch)
    #expect(terminal.shows("SENDER"))
    #expect(terminal.shows("levers"))
    #expect(terminal.shows("dash1!"))
    terminal.type("q")
    terminal.expectEnd(.exit(0))
  }

  @Test("A signal ends it like q", arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
  func signals(_ signal: Int32) throws {
    let terminal = try Terminal(["monitor", "sim:"], in: scratch)
    #expect(terminal.shows("levers"))
    terminal.send(signal)
    terminal.expectEnd(.exit(0))
  }

  @Test("Ctrl-Z gives the terminal back, fg takes it again")
  func stops() throws {
    let terminal = try Terminal(["monitor", "sim:"], in: scratch)
    #expect(terminal.shows("levers"))
    terminal.send(SIGTSTP)
    #expect(terminal.waitForStop())
    #expect(terminal.isRestored)
    terminal.forget()
    terminal.send(SIGCONT)
    #expect(terminal.shows("levers"))
    terminal.type("q")
    terminal.expectEnd(.exit(0))
  }

  @Test("It follows the window's size, however small")
  func resizes() throws {
    let terminal = try Terminal(["monitor", "sim:"], in: scratch)
    #expect(terminal.shows("levers"))
    let sizes: [(UInt16, UInt16, String)] = [(200, 60, "VALUES"), (3, 2, "no"), (1, 1, ">"), (40, 10, "SENDER")]
    for (columns, lines, word) in sizes {
      terminal.forget()
      terminal.resize(columns, lines)
      #expect(terminal.shows(word), "\(columns)x\(lines)")
    }
    terminal.type("q")
    terminal.expectEnd(.exit(0))
  }

  @Test("A fault of the program itself leaves a usable terminal", arguments: [SIGSEGV, SIGABRT, SIGILL])
  func faults(_ signal: Int32) throws {
    let terminal = try Terminal(["monitor", "sim:"], in: scratch)
    #expect(terminal.shows("levers"))
    terminal.send(signal)
    terminal.expectEnd(.signal(signal))
  }

  @Test("A port that goes away is told on the screen")
  func portGone() throws {
    let port = try PseudoTerminal()
    let terminal = try Terminal(["monitor", port.path], in: scratch)
    #expect(terminal.shows("SENDER"))
    port.close()
    #expect(terminal.shows("gone;"))
    terminal.type("q")
    terminal.expectEnd(.exit(0))
  }

  @Test("A recording plays to its end, and the last picture stays")
  func recording() throws {
    let script = try WireScript.stockSecond()
    try scratch.write(script.bytes.map(\.byte), as: "x.bin")
    let terminal = try Terminal(["monitor", "x.bin", "--speed", "10"], in: scratch)
    #expect(terminal.shows("recording;"))
    #expect(terminal.shows("levers"))
    terminal.type("q")
    terminal.expectEnd(.exit(0))
  }

  @Test("--for ends it by itself", arguments: [["sim:"], ["x.bin"]])
  func duration(source: [String]) throws {
    try scratch.write(try WireScript.stockSecond().bytes.map(\.byte), as: "x.bin")
    let terminal = try Terminal(["monitor"] + source + ["--for", "0.5s"], in: scratch)
    terminal.expectEnd(.exit(0))
  }

  @Test(
    "What cannot be watched is said before the screen is taken",
    arguments: [
      (["monitor", "sim:"], "is no terminal"), (["monitor", "-"], "keyboard"),
      (["monitor", "no-such-file"], "No such"),
      (["monitor", "sim:", "--speed", "0"], "--speed"),
    ])
  func refused(arguments: [String], words: String) throws {
    let outcome = try Command.run(arguments, in: scratch)
    #expect(outcome.ending == .exit(2))
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test(
    "A terminal that only writes lines is a clear error, and nothing is drawn on it", arguments: ["dumb", "unknown"])
  func lineTerminal(_ name: String) throws {
    let terminal = try Terminal(["monitor", "sim:"], term: name, in: scratch)
    #expect(terminal.shows("TERM=\(name)"))
    terminal.expectEnd(.exit(2), isFullScreen: false)
  }

  @Test("An unknown TERM is a clear error")
  func unknownTerm() throws {
    let terminal = try Terminal(["monitor", "sim:"], term: "no-such-terminal", in: scratch)
    #expect(terminal.shows("TERM=no-such-terminal"))
    terminal.expectEnd(.exit(2), isFullScreen: false)
  }
}
