// Has the program believe that it runs on macOS, whose store needs the native binding.
Object.defineProperty(process, 'platform', { value: 'darwin' });
