// Preloaded into a program: writes a line to stderr as soon as the program handles Ctrl-C.
const { once } = process;
process.once = (name, listener) => {
  once.call(process, name, listener);
  if (name === 'SIGINT') process.stderr.write('listening\n');
  return process;
};
