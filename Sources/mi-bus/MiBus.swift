import ArgumentParser
import CaptureFiles
import Glibc

/// A command that ends with 1 where it found something, so that no failure may.
protocol FindingCommand: ParsableCommand {}

/// The command `mi-bus`.
@main
struct MiBus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mi-bus",
    abstract: "See who says what on the serial bus of a Xiaomi or Ninebot scooter.",
    discussion: """
      SOURCE is a serial port (/dev/ttyUSB0), a recording, recognised by its content (pcapng, logic analyser, text \
      log, raw bytes), sim:SCENARIO (the built-in scooter), tcp:HOST:PORT, or - for standard input. NAME=SOURCE \
      names its tap. Sniffing never transmits.

      Exit codes: 0 done; 1 findings, or a failure that stopped the work of a verb without findings; 2 wrong usage, \
      an input that cannot be opened or read to its end, or a failure of a verb with findings.
      """,
    version: "mi-bus \(version)",
    subcommands: [
      SniffCommand.self, MonitorCommand.self, DiagnoseCommand.self, TimelineCommand.self, SendersCommand.self,
      PortsCommand.self, ProfilesCommand.self, SimulateCommand.self,
    ])

  static let version = "0.1.0"

  /// Runs the command and ends with the exit codes that the help promises.
  static func main() {
    StandardStreams.hold()
    var failureCode: Int32 = 1
    do {
      var command = try asked()
      if command is any FindingCommand { failureCode = 2 }
      try command.run()
    } catch let error as InputError {
      Messages.error(error.description)
      _exit(2)
    } catch let error as OutputError {
      // A reader that closes its end has seen enough: that is no failure.
      if case .closed = error { _exit(0) }
      Messages.error(error.description)
      _exit(failureCode)
    } catch {
      let code = exitCode(for: error)
      let text = fullMessage(for: error)
      if code == .success {
        print(text)
      } else if !text.isEmpty {
        Messages.write(text + "\n")
      }
      exit(withCode: code)
    }
  }

  /// What the command line asks for.
  ///
  /// A verb's own parser is tried first, since building the tree of all of them takes longer than a small file. What
  /// it does not take, such as a wish for help or a mistake, goes through the whole tree, which knows the right words.
  private static func asked() throws -> any ParsableCommand {
    let arguments = CommandLine.arguments.dropFirst()
    let verb = configuration.subcommands.first {
      $0.configuration.commandName == arguments.first && $0.configuration.subcommands.isEmpty
    }
    // Help comes as a command of its own, without an error.
    if let verb, let command = try? verb.parseAsRoot(Array(arguments.dropFirst())), type(of: command) == verb {
      return command
    }
    return try parseAsRoot()
  }

  private static func exit(withCode code: ExitCode) -> Never {
    fflush(nil)
    _exit(code == .validationFailure ? 2 : code.rawValue)
  }
}
